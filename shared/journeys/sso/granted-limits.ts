import { type Granted, isWithin, remaining } from '#domain/granted-limits.ts';
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

/** What is left of what a system was told, where that is less. What became more, it learns when it asks again. */
export const leftOf = (told: Granted | undefined, today: Granted | undefined): Granted | undefined =>
  told && today && !isWithin(told, today) ? remaining(told, today) : undefined;
