import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { becomeClient } from './become.ts';
import { clients } from './contract.ts';
import { listClients } from './list.ts';

export const handler = serve(clients, { list: listClients, become: becomeClient }, { db: openTables() });
