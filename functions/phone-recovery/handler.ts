import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { completeRecovery } from './complete.ts';
import { phoneRecovery } from './contract.ts';
import { sendRecoveryCode, startRecoveryFace } from './second-factor.ts';
import { startRecovery } from './start.ts';

export const handler = serve(
  phoneRecovery,
  { start: startRecovery, sms: sendRecoveryCode, face: startRecoveryFace, complete: completeRecovery },
  { db: openTables(), sms: createSmsGateway },
);
