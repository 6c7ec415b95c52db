import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { channelRelations } from './contract.ts';
import { listRelations } from './list.ts';

export const handler = serve(channelRelations, { list: listRelations }, { db: openTables() });
