import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { channelSso } from './contract.ts';
import { handOverByApp } from './hand-over-by-app.ts';

export const handler = serve(channelSso, { handOver: handOverByApp }, { db: openTables() });
