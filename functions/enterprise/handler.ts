import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { enterprise } from './contract.ts';
import { showEnterprise } from './show-enterprise.ts';

export const handler = serve(enterprise, { show: showEnterprise }, { db: openTables() });
