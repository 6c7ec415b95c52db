import { oauthDoor } from '#http/oauth-door.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { ssoToken } from './contract.ts';
import { introspect } from './introspect.ts';
import { revoke } from './revoke.ts';
import { token } from './token.ts';
import { userinfo, userinfoByForm } from './userinfo.ts';

export const handler = serve(
  ssoToken,
  { token, userinfo, userinfoByForm, revoke, introspect },
  { db: openTables() },
  oauthDoor,
);
