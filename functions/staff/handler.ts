import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { staff } from './contract.ts';
import {
  acceptApplication,
  adjustRelation,
  dismissPerson,
  hideRelation,
  rejectApplication,
  withdrawInvitation,
} from './decide-relation.ts';
import { invitePerson } from './invite-person.ts';
import { listStaff } from './list-staff.ts';

export const handler = serve(
  staff,
  {
    list: listStaff,
    invite: invitePerson,
    adjust: adjustRelation,
    dismiss: dismissPerson,
    confirm: acceptApplication,
    reject: rejectApplication,
    withdraw: withdrawInvitation,
    hide: hideRelation,
  },
  { db: openTables(), sms: createSmsGateway },
);
