import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { changeAgreement, enterAgreement, terminateAgreement } from './agreements.ts';
import { agency } from './contract.ts';
import { listAgreements } from './list.ts';
import { changeStaff, showStaff } from './staff.ts';

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
