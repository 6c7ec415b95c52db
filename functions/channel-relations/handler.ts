import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { channelRelations } from './contract.ts';
import { listRelations } from './list-relations.ts';

export const handler = serve(channelRelations, { list: listRelations }, { db: openTables() });
