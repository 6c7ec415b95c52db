import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { askLogout } from './ask-logout.ts';
import { confirmLogout, leaveLoggedOut } from './confirm-logout.ts';
import { ssoLogout } from './contract.ts';

export const handler = serve(
  ssoLogout,
  { ask: askLogout, askByForm: askLogout, confirm: confirmLogout, leave: leaveLoggedOut },
  { db: openTables() },
);
