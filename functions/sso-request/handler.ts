import { oauthRouteSupport } from '#http/oauth-route-support.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { authorize } from './authorize.ts';
import { ssoRequest } from './contract.ts';
import { pushRequest } from './push-request.ts';

export const handler = serve(
  ssoRequest,
  { authorize, authorizeByForm: authorize, push: pushRequest },
  { db: openTables() },
  oauthRouteSupport,
);
