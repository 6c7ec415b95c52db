import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { ssoToken } from './contract.ts';
import { token } from './token.ts';

export const handler = serve(ssoToken, { token }, { db: openTables() });
