import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { session } from './contract.ts';
import { endSession, listSessions } from './own-sessions.ts';
import { passFactor, sendFactorCode, startFactorFace } from './pass-factor.ts';
import { logOut, refreshSession, showSession } from './refresh-session.ts';

export const handler = serve(
  session,
  {
    refresh: refreshSession,
    show: showSession,
    logout: logOut,
    list: listSessions,
    end: endSession,
    factorSms: sendFactorCode,
    factorFace: startFactorFace,
    factor: passFactor,
  },
  { db: openTables(), sms: createSmsGateway },
);
