import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { scan } from './contract.ts';
import { pollScan } from './poll.ts';

export const handler = serve(scan, { poll: pollScan }, { db: openTables() });
