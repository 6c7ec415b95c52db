import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { changePassword } from './change-password.ts';
import { changeUsername } from './change-username.ts';
import { account } from './contract.ts';
import { showAccount, startAccountFace } from './show-account.ts';
import { showActivity } from './show-activity.ts';

export const handler = serve(
  account,
  {
    show: showAccount,
    username: changeUsername,
    password: changePassword,
    face: startAccountFace,
    activity: showActivity,
  },
  { db: openTables(), sms: createSmsGateway },
);
