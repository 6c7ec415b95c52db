import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { verification } from './contract.ts';
import { startVerification } from './start-verification.ts';

export const handler = serve(verification, { start: startVerification }, { db: openTables() });
