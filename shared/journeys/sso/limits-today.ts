import { type Granted, isWithin, remaining } from '#domain/sso/granted-limits.ts';
import type { AccessBasis, AccessRecords } from '#store/sessions/access-basis.ts';
import type { EffectiveSession } from '#store/sessions/effective-session.ts';

/** The earliest last day of all rows behind a company identity, inclusive; undefined if none has a last day. */
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

/** What a company identity may do today, and its limits (SSO-8); undefined for a natural person. */
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

/**
 * What is left of what a system was told, if that is less. If it has become more, the system learns it when it asks
 * again.
 */
export const narrowedLimits = (
  disclosed: Granted | undefined,
  today: Granted | undefined,
): Granted | undefined =>
  disclosed && today && !isWithin(disclosed, today) ? remaining(disclosed, today) : undefined;
