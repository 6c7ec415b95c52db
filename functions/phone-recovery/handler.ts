import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { completeRecovery } from './complete-recovery.ts';
import { phoneRecovery } from './contract.ts';
import { startRecovery } from './start-recovery.ts';
import { sendRecoveryCode, startRecoveryFace } from './start-second-factor.ts';

export const handler = serve(
  phoneRecovery,
  { start: startRecovery, sms: sendRecoveryCode, face: startRecoveryFace, complete: completeRecovery },
  { db: openTables(), sms: createSmsGateway },
);
