import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { bindHandler, sendBindingCode } from './bind.ts';
import { enterCompany } from './company.ts';
import { legacy } from './contract.ts';
import { pickPerson } from './person.ts';

export const handler = serve(
  legacy,
  { company: enterCompany, person: pickPerson, bindingSms: sendBindingCode, bind: bindHandler },
  { db: openTables(), sms: createSmsGateway },
);
