import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { changeIdentity } from './change.ts';
import { identity } from './contract.ts';
import { listIdentities } from './list.ts';

export const handler = serve(
  identity,
  { list: listIdentities, change: changeIdentity },
  { db: openTables() },
);
