import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { completeReset } from './complete.ts';
import { passwordReset } from './contract.ts';
import { sendResetCode, startResetFace } from './second-factor.ts';
import { startReset } from './start.ts';

export const handler = serve(
  passwordReset,
  { start: startReset, sms: sendResetCode, face: startResetFace, complete: completeReset },
  { db: openTables(), sms: createSmsGateway },
);
