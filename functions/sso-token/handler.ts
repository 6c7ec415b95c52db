import { oauthRouteSupport } from '#http/oauth-route-support.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { ssoToken } from './contract.ts';
import { introspectToken } from './introspect-token.ts';
import { revokeToken } from './revoke-token.ts';
import { tokenEndpoint } from './token-endpoint.ts';
import { userinfo } from './userinfo.ts';

export const handler = serve(
  ssoToken,
  {
    token: tokenEndpoint,
    userinfo,
    userinfoByForm: userinfo,
    revoke: revokeToken,
    introspect: introspectToken,
  },
  { db: openTables() },
  oauthRouteSupport,
);
