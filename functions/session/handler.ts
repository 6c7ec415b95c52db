import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { session } from './contract.ts';
import { logOut, refreshSession, showSession } from './steps.ts';

export const handler = serve(
  session,
  { refresh: refreshSession, show: showSession, logout: logOut },
  { db: openTables() },
);
