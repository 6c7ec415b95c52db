import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { completeRegistration, startRegistrationFace } from './complete.ts';
import { registration } from './contract.ts';
import { saveProfile, sendRegistrationCode } from './profile.ts';
import { startRegistration } from './start.ts';

export const handler = serve(
  registration,
  {
    start: startRegistration,
    sms: sendRegistrationCode,
    profile: saveProfile,
    face: startRegistrationFace,
    complete: completeRegistration,
  },
  { db: openTables(), sms: createSmsGateway },
);
