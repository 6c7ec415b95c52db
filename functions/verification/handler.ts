import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { verification } from './contract.ts';
import { startVerification } from './start.ts';

export const handler = serve(verification, { start: startVerification }, { db: openTables() });
