import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { clientAgreements } from './contract.ts';
import { confirm, list, reject, terminate } from './decide-agreement.ts';

export const handler = serve(clientAgreements, { list, confirm, reject, terminate }, { db: openTables() });
