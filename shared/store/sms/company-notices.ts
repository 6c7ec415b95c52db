import { shanghaiDay } from '#domain/days.ts';
import type { Policies } from '#domain/policies.ts';
import type { Db } from '../dynamodb/tables.ts';

interface Row {
  readonly day: string;
  readonly count: number;
}

/**
 * SMS-4: whether a person may be told by SMS what a company did: one of a kind in ten minutes, ten a day, for each person
 * and company; exact under parallel requests. What is not told stands in the history. Takes nothing from SMS-1.
 * @param kind of the notice, a name of ours
 */
export async function takeCompanyNotice(
  db: Db,
  { personKey, companyKey }: { readonly personKey: string; readonly companyKey: string },
  kind: string,
  at: Date,
  policies: Pick<Policies, 'companyNoticeSeconds' | 'companyNoticesPerDay'>,
): Promise<boolean> {
  const now = at.getTime();
  const today = shanghaiDay(at);
  const notYet = '(attribute_not_exists(#kind) OR #kind <= :before)';
  const write = (newDay: boolean) =>
    db.update<Row>({
      table: 'SmsWindows',
      key: { phoneKey: `notice/${personKey}/${companyKey}` },
      update: `SET #kind = :now, #ttl = :ttl, #count = ${newDay ? ':one, #day = :today' : '#count + :one'}`,
      condition: newDay
        ? `(attribute_not_exists(#day) OR #day <> :today) AND ${notYet}`
        : `#day = :today AND #count < :most AND ${notYet}`,
      names: { '#kind': `at-${kind}`, '#day': 'day', '#count': 'count', '#ttl': 'ttl' },
      values: {
        ':now': now,
        ':before': now - policies.companyNoticeSeconds * 1000,
        ':today': today,
        ':one': 1,
        ':ttl': Math.ceil(now / 1000) + policies.companyNoticeSeconds + 2 * 86_400,
        ...(newDay ? {} : { ':most': policies.companyNoticesPerDay }),
      },
    });
  const first = await write(true);
  if (first.ok) return true;
  // A refusal shows the row: on the same day there may be room; on another the kind's ten minutes run.
  if (first.old?.day !== today) return false;
  return (await write(false)).ok;
}
