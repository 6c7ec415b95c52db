import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { clientAgreements } from './contract.ts';
import { acceptAgreement, list, rejectAgreement, terminate } from './decide-agreement.ts';

export const handler = serve(
  clientAgreements,
  { list, confirm: acceptAgreement, reject: rejectAgreement, terminate },
  { db: openTables() },
);
