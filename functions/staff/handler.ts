import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { staff } from './contract.ts';
import { adjust, confirm, dismiss, hide, reject, withdraw } from './decide.ts';
import { invite } from './invite.ts';
import { listStaff } from './list.ts';

export const handler = serve(
  staff,
  { list: listStaff, invite, adjust, dismiss, confirm, reject, withdraw, hide },
  { db: openTables(), sms: createSmsGateway },
);
