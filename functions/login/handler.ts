import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { checkPassword } from './check-password.ts';
import { chooseRole } from './choose.ts';
import { confirmRole } from './confirm-role.ts';
import { login } from './contract.ts';
import { searchReports } from './reports.ts';
import { sendLoginCode, startLoginFace } from './second-factor.ts';
import { verifyLogin } from './verify.ts';

export const handler = serve(
  login,
  {
    password: checkPassword,
    sms: sendLoginCode,
    face: startLoginFace,
    verify: verifyLogin,
    confirmRole,
    reports: searchReports,
    choose: chooseRole,
  },
  { db: openTables(), sms: createSmsGateway },
);
