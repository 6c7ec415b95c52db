import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { completeRegistration, startRegistrationFace } from './complete-registration.ts';
import { registration } from './contract.ts';
import { saveProfile, sendRegistrationCode } from './save-profile.ts';
import { startRegistration } from './start-registration.ts';

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
