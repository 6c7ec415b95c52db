import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { clientAgreements } from './contract.ts';
import { confirm, list, reject, terminate } from './steps.ts';

export const handler = serve(clientAgreements, { list, confirm, reject, terminate }, { db: openTables() });
