import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { applyToCompany } from './apply.ts';
import { authorizations } from './contract.ts';
import { confirm, hide, leave, reject, withdraw } from './decide.ts';
import { listAuthorizations } from './list.ts';
import { previewCompany } from './preview.ts';

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
