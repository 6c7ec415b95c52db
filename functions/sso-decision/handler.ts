import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { approveRequest } from './approve-request.ts';
import { ssoDecision } from './contract.ts';
import { leaveWithoutLogin, refuseRequest } from './refuse-request.ts';
import { introduceSystem, showRequest } from './show-request.ts';
import { stepUpForMatter } from './step-up-for-matter.ts';

export const handler = serve(
  ssoDecision,
  {
    introduce: introduceSystem,
    show: showRequest,
    approve: approveRequest,
    stepUp: stepUpForMatter,
    refuse: refuseRequest,
    leave: leaveWithoutLogin,
  },
  { db: openTables() },
);
