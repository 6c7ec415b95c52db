import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { bindHandler, sendBindingCode } from './bind-handler.ts';
import { legacy } from './contract.ts';
import { enterCompany } from './enter-company.ts';
import { pickPerson } from './pick-person.ts';

export const handler = serve(
  legacy,
  { company: enterCompany, person: pickPerson, bindingSms: sendBindingCode, bind: bindHandler },
  { db: openTables(), sms: createSmsGateway },
);
