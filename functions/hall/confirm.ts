import { Problem } from '#domain/problem.ts';
import { ok } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { confirmationWrites, refreshConfirmed } from '#steps/company-confirmation.ts';
import { shownTaxpayerId } from '#store/taxpayers.ts';
import { decidedAnew } from '#store/users.ts';
import type { hall } from './contract.ts';
import { atCounter, companyAt, keyOfCompany } from './counter.ts';

/** ENT-2: the hall confirms a waiting company; its tax handlers go on waiting for themselves. */
export const confirmAtHall: StepOf<typeof hall, 'confirm'> = async (h, call) => {
  const origin = atCounter(h, call, 'change-relations');
  const companyKey = keyOfCompany(h, call.body.taxpayerId);
  const company = await decidedAnew(async () => {
    const read = await companyAt(h, companyKey);
    if (read.state !== 'awaiting-confirmation') throw new Problem('STATE_CONFLICT');
    await h.db.transact(await confirmationWrites(h, read, origin));
    return read;
  });
  await refreshConfirmed(h, company);
  return ok({ taxpayerId: shownTaxpayerId(h.dataKeys, company), taxpayerName: company.name });
};
