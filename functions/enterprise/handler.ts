import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { enterprise } from './contract.ts';
import { showEnterprise } from './show.ts';

export const handler = serve(enterprise, { show: showEnterprise }, { db: openTables() });
