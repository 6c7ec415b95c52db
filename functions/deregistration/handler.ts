import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { deregistration } from './contract.ts';
import { deregister } from './deregister.ts';
import { sendDeregistrationCode } from './send-deregistration-code.ts';

export const handler = serve(
  deregistration,
  { sms: sendDeregistrationCode, deregister },
  { db: openTables(), sms: createSmsGateway },
);
