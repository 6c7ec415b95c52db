import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { changeAgreement, enterAgreement, terminateAgreement } from './change-agreements.ts';
import { changeStaff, showStaff } from './change-staff.ts';
import { agency } from './contract.ts';
import { listAgreements } from './list-agreements.ts';

export const handler = serve(
  agency,
  {
    staff: showStaff,
    changeStaff,
    agreements: listAgreements,
    enter: enterAgreement,
    change: changeAgreement,
    terminate: terminateAgreement,
  },
  { db: openTables() },
);
