import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { approve } from './approve.ts';
import { ssoDecision } from './contract.ts';
import { leave, refuse } from './refuse.ts';
import { introduce, show } from './show.ts';
import { stepUp } from './step-up.ts';

export const handler = serve(
  ssoDecision,
  { introduce, show, approve, stepUp, refuse, leave },
  { db: openTables() },
);
