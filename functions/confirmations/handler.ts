import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { confirmCompany } from './confirm-company.ts';
import { confirmations } from './contract.ts';
import { listConfirmations } from './list-confirmations.ts';

export const handler = serve(
  confirmations,
  { list: listConfirmations, confirm: confirmCompany },
  { db: openTables() },
);
