import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { ssoSystems } from './contract.ts';
import { leaveSystem, listSystems } from './list-systems.ts';

export const handler = serve(ssoSystems, { list: listSystems, leave: leaveSystem }, { db: openTables() });
