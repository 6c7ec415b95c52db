import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { applyToCompany } from './apply-to-company.ts';
import { authorizations } from './contract.ts';
import {
  acceptInvitation,
  hideOwnAuthorization,
  leaveCompany,
  rejectInvitation,
  withdrawApplication,
} from './decide-authorization.ts';
import { listAuthorizations } from './list-authorizations.ts';
import { previewCompany } from './preview-company.ts';

export const handler = serve(
  authorizations,
  {
    list: listAuthorizations,
    preview: previewCompany,
    apply: applyToCompany,
    confirm: acceptInvitation,
    reject: rejectInvitation,
    withdraw: withdrawApplication,
    hide: hideOwnAuthorization,
    leave: leaveCompany,
  },
  { db: openTables() },
);
