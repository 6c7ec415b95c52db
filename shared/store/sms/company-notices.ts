import { shanghaiDay } from '#domain/days.ts';
import type { Policies } from '#domain/policies.ts';
import { absentOr, all, atMost, below, differs, equals, plus } from '../dynamodb/expressions.ts';
import type { Db } from '../dynamodb/tables.ts';

interface Row {
  readonly day: string;
  readonly count: number;
}

/**
 * SMS-4: whether a person may get an SMS about what a company did: one of each kind in ten minutes, ten a day, per
 * person and company; exact under parallel requests. What is not sent stands in the history. These notices do not count
 * for SMS-1.
 * @param kind our own name of the notice
 */
export async function reserveCompanyNotice(
  db: Db,
  { personKey, companyKey }: { readonly personKey: string; readonly companyKey: string },
  kind: string,
  at: Date,
  policies: Pick<Policies, 'companyNoticeSeconds' | 'companyNoticesPerDay'>,
): Promise<boolean> {
  const now = at.getTime();
  const today = shanghaiDay(at);
  const last = `at-${kind}`;
  const notYet = absentOr([last], atMost([last], now - policies.companyNoticeSeconds * 1000));
  const write = (newDay: boolean) =>
    db.update<Row>({
      table: 'SmsWindows',
      key: { phoneKey: `notice/${personKey}/${companyKey}` },
      update: {
        set: {
          [last]: now,
          ttl: Math.ceil(now / 1000) + policies.companyNoticeSeconds + 2 * 86_400,
          ...(newDay ? { count: 1, day: today } : { count: plus('count', 1) }),
        },
      },
      condition: newDay
        ? all(absentOr('day', differs('day', today)), notYet)
        : all(equals('day', today), below('count', policies.companyNoticesPerDay), notYet),
    });
  const first = await write(true);
  if (first.ok) return true;
  // The refused write was for a new day. If the row is of today, today may still have room; if it is not, the ten
  // minutes of this kind are not over.
  if (first.old?.day !== today) return false;
  return (await write(false)).ok;
}
