import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { staff } from './contract.ts';
import { adjust, confirm, dismiss, hide, reject, withdraw } from './decide-relation.ts';
import { invite } from './invite-person.ts';
import { listStaff } from './list-staff.ts';

export const handler = serve(
  staff,
  { list: listStaff, invite, adjust, dismiss, confirm, reject, withdraw, hide },
  { db: openTables(), sms: createSmsGateway },
);
