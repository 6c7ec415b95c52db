import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { completeReset } from './complete-reset.ts';
import { passwordReset } from './contract.ts';
import { startReset } from './start-reset.ts';
import { sendResetCode, startResetFace } from './start-second-factor.ts';

export const handler = serve(
  passwordReset,
  { start: startReset, sms: sendResetCode, face: startResetFace, complete: completeReset },
  { db: openTables(), sms: createSmsGateway },
);
