import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { changeIdentity } from './change-identity.ts';
import { identity } from './contract.ts';
import { listIdentities } from './list-identities.ts';

export const handler = serve(
  identity,
  { list: listIdentities, change: changeIdentity },
  { db: openTables() },
);
