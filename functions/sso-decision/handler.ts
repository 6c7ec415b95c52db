import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { approve } from './approve.ts';
import { ssoDecision } from './contract.ts';
import { leave, refuse } from './refuse.ts';
import { introduce, show } from './show.ts';

export const handler = serve(ssoDecision, { introduce, show, approve, refuse, leave }, { db: openTables() });
