import { type Granted, isWithin } from '#domain/granted-limits.ts';
import type { AccessBasis, AccessRecords } from '#store/sessions/access-basis.ts';
import type { EffectiveSession } from '#store/sessions/effective-session.ts';

/** The last day of everything that a company identity stands on, inclusive; undefined where nothing has one. */
export function lastDay(
  company: AccessBasis,
  { relation, agreement, report }: AccessRecords,
): string | undefined {
  const days = [
    ...(company.by === 'relation' ? [relation?.validUntil] : []),
    ...(company.by === 'agreement' ? [agreement?.until] : []),
    ...('reportNo' in company && company.reportNo !== undefined ? [report?.validUntil] : []),
  ].filter((day) => day !== undefined);
  return days.sort()[0];
}

/** What a company identity may do today, and how far (SSO-8); undefined of whoever acts as nobody but themselves. */
export function limitsToday(
  { session: { company }, permissions }: Pick<EffectiveSession, 'session' | 'permissions'>,
  records: AccessRecords | undefined,
): Granted | undefined {
  if (!company || !records) return undefined;
  const until = lastDay(company, records);
  return {
    actions: [...permissions],
    ...(company.by === 'agreement' ? { items: [...(records.agreement?.items ?? [])] } : {}),
    ...(until === undefined ? {} : { until }),
  };
}

/** Whether everything that a system was told still holds. What became more, it learns when it asks again. */
export const stillGiven = (told: Granted | undefined, today: Granted | undefined): boolean =>
  told === undefined || (today !== undefined && isWithin(told, today));
