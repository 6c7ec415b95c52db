import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { applyToCompany } from './apply-to-company.ts';
import { authorizations } from './contract.ts';
import { confirm, hide, leave, reject, withdraw } from './decide-authorization.ts';
import { listAuthorizations } from './list-authorizations.ts';
import { previewCompany } from './preview-company.ts';

export const handler = serve(
  authorizations,
  {
    list: listAuthorizations,
    preview: previewCompany,
    apply: applyToCompany,
    confirm,
    reject,
    withdraw,
    hide,
    leave,
  },
  { db: openTables() },
);
