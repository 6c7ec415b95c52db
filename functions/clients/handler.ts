import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { becomeClient } from './become-client.ts';
import { clients } from './contract.ts';
import { listClients } from './list-clients.ts';

export const handler = serve(clients, { list: listClients, become: becomeClient }, { db: openTables() });
