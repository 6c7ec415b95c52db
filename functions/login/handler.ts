import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { checkPassword } from './check-password.ts';
import { chooseRole } from './choose-role.ts';
import { confirmRole } from './confirm-role.ts';
import { login } from './contract.ts';
import { searchReports } from './search-reports.ts';
import { showChoices } from './show-choices.ts';
import { sendLoginCode, startLoginFace } from './start-second-factor.ts';
import { verifyLogin } from './verify-login.ts';

export const handler = serve(
  login,
  {
    password: checkPassword,
    sms: sendLoginCode,
    face: startLoginFace,
    verify: verifyLogin,
    choices: showChoices,
    confirmRole,
    reports: searchReports,
    choose: chooseRole,
  },
  { db: openTables(), sms: createSmsGateway },
);
