import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { confirmCompany } from './confirm.ts';
import { confirmations } from './contract.ts';
import { listConfirmations } from './list.ts';

export const handler = serve(
  confirmations,
  { list: listConfirmations, confirm: confirmCompany },
  { db: openTables() },
);
