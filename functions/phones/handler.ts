import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { addPhone, sendPhoneCode } from './add-phone.ts';
import { chooseDefault, listPhones, removePhone } from './change-phones.ts';
import { phones } from './contract.ts';

export const handler = serve(
  phones,
  {
    list: listPhones,
    sms: sendPhoneCode,
    add: addPhone,
    makeDefault: chooseDefault,
    remove: removePhone,
  },
  { db: openTables(), sms: createSmsGateway },
);
