import { isoShanghai } from '#domain/days.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { decideSend, type SmsWindow } from '#domain/sms-window.ts';
import type { Db, Write } from './db.ts';

/**
 * Codes sent to a phone (SMS-1, SMS-2): one row, the window that began with its first code. The domain decides from
 * the row as it was last seen; the write's condition says that it is still so, which makes the count exact.
 */
interface Row extends SmsWindow {
  readonly phoneKey: string;
}

/** The window as the last look found it is stale: look again with what stands there now. */
class Moved extends Error {
  readonly window: SmsWindow | undefined;
  constructor(window: SmsWindow | undefined) {
    super('moved');
    this.window = window;
  }
}

/**
 * A new window needs none that still runs; a further code needs the window exactly as it was seen. The first form
 * also fits a row that nobody has cleared, so a phone's first code of the day is taken at the first try.
 */
function takeWrite(
  phoneKey: string,
  seen: SmsWindow | undefined,
  next: SmsWindow,
  fresh: boolean,
  policies: Policies,
): Write {
  const continues = !fresh && seen;
  return {
    table: 'SmsWindows',
    key: { phoneKey },
    set: 'SET startedAt = :start, #count = :count, lastAt = :last, #ttl = :ttl',
    names: { '#count': 'count', '#ttl': 'ttl' },
    when: continues
      ? 'startedAt = :seenStart AND #count = :seenCount AND lastAt = :seenLast'
      : 'attribute_not_exists(phoneKey) OR #count = :none OR (startedAt <= :over AND lastAt <= :gap)',
    values: {
      ':start': next.startedAt,
      ':count': next.count,
      ':last': next.lastAt,
      ':ttl': next.startedAt + policies.smsWindowSeconds + 86_400,
      ...(continues
        ? { ':seenStart': seen.startedAt, ':seenCount': seen.count, ':seenLast': seen.lastAt }
        : {
            ':none': 0,
            ':over': next.lastAt - policies.smsWindowSeconds,
            ':gap': next.lastAt - policies.smsGapSeconds,
          }),
    },
    otherwise: (old) => new Moved(old as Row | undefined),
  };
}

/**
 * Takes one of the phone's codes together with `writes` (the code on its ticket), all or nothing.
 * `seen` is the window as the journey last saw it; when another journey used the phone in between, the refusal
 * brings the true row and the second try is exact. Answers the window as taken and as it was
 * before. Throws SMS_TOO_FREQUENT {retryAt}.
 */
export async function takeSend(
  db: Db,
  phoneKey: string,
  seen: SmsWindow | undefined,
  now: Date,
  policies: Policies,
  writes: (window: SmsWindow) => readonly Write[],
): Promise<{ taken: SmsWindow; before: SmsWindow | undefined }> {
  const nowSeconds = Math.floor(now.getTime() / 1000);
  let window = seen;
  let certain = false;
  for (let round = 0; round < 8; round++) {
    const decision = decideSend(window, nowSeconds, policies);
    if (!decision.allowed) {
      if (certain) throw tooFrequent(decision.retryAt, nowSeconds);
      // What the ticket remembers may be outdated: only the row itself may refuse.
      const row = await db.get<Row>('SmsWindows', { phoneKey });
      window = row && { startedAt: row.startedAt, count: row.count, lastAt: row.lastAt };
      certain = true;
      continue;
    }
    try {
      await db.transact([
        takeWrite(phoneKey, window, decision.next, decision.fresh, policies),
        ...writes(decision.next),
      ]);
      return { taken: decision.next, before: window };
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
      window = error.window && {
        startedAt: error.window.startedAt,
        count: error.window.count,
        lastAt: error.window.lastAt,
      };
      certain = true;
    }
  }
  throw tooFrequent(nowSeconds + policies.smsGapSeconds, nowSeconds);
}

function tooFrequent(retryAtSeconds: number, nowSeconds: number): Problem {
  return new Problem('SMS_TOO_FREQUENT', {
    retryAt: isoShanghai(new Date(retryAtSeconds * 1000)),
    retryAfter: Math.max(1, retryAtSeconds - nowSeconds),
  });
}

/** SMS-1: a send that the provider refused is given back, exactly the one taken, unless somebody sent in between. */
export async function returnSend(
  db: Db,
  phoneKey: string,
  taken: SmsWindow,
  before: SmsWindow | undefined,
): Promise<void> {
  const previous = before ?? { startedAt: 0, count: 0, lastAt: 0 };
  await db.update({
    table: 'SmsWindows',
    key: { phoneKey },
    set: 'SET startedAt = :start, #count = :count, lastAt = :last',
    names: { '#count': 'count' },
    when: 'startedAt = :takenStart AND #count = :takenCount AND lastAt = :takenLast',
    values: {
      ':start': previous.startedAt,
      ':count': previous.count,
      ':last': previous.lastAt,
      ':takenStart': taken.startedAt,
      ':takenCount': taken.count,
      ':takenLast': taken.lastAt,
    },
  });
}
