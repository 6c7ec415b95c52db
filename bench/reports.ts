import { type Runtime, startRuntime } from '../infra/local/runtime.ts';
import { legalRepresentative, taxpayer } from '../test/flows/support/feed-lines.ts';
import { clientOf } from '../test/support/client.ts';
import { creditCode } from '../test/support/credit-codes.ts';
import { person, type Sample } from '../test/support/people.ts';
import { codeFor, feed, named, register } from './companies.ts';
import { median, progress, say, table, title } from './print.ts';

const few = 500;
/** The number of reports in the large case, unless BENCH_REPORTS names another one. */
const many = Number(process.env.BENCH_REPORTS ?? 50_000);
/** One report in this many belongs to the company whose reports are searched. */
const ownShare = 10;
const companies = 500;
const linesAtOnce = 2_500;
const hits = [1, 10, 50] as const;
/** Endings that only the numbers of the hits have: four characters. */
const endingOf = (count: number): string => `X${String(count).padStart(3, '0')}`;
const searches = 21;

/**
 * Part `reports`: the cost of a search among 500 reports and among 50,000 (SPC-2), for a legal representative, who sees
 * all reports of the company, and for a 经办人, who sees only their own ones (SPC-3).
 */
export async function showReports(): Promise<void> {
  title(`Cross-region reports: a search among ${few} and among ${many}`);
  const runtime = await startRuntime({ inMemory: true, quiet: true, portal: false });
  try {
    const [boss, handler] = [person(), person()];
    const ids = Array.from({ length: companies }, creditCode);
    const [own = ''] = ids;
    await feed(runtime, [
      ...[boss, handler].map((who) => ({
        type: 'collection',
        version: 1,
        person: named(who),
        phone: who.phone,
        officer: '1',
      })),
      taxpayer(own, 1, { subject: 'cross-region' }),
      legalRepresentative(own, boss),
      ...hits.flatMap((count) =>
        Array.from({ length: count }, (_, at) => report(`HIT${at}${endingOf(count)}`, own, handler)),
      ),
    ]);
    await register(runtime, boss);
    await register(runtime, handler);
    let loaded = hits.reduce<number>((sum, count) => sum + count, 0);
    const rows: (string | number)[][] = [];
    for (const total of [few, many]) {
      const startedAt = performance.now();
      const before = loaded;
      while (loaded < total) {
        const next = Math.min(total, loaded + linesAtOnce);
        await feedAgain(runtime, filler(loaded, next, ids, handler));
        loaded = next;
        const seconds = (performance.now() - startedAt) / 1000;
        progress(`${loaded} reports, ${Math.round((loaded - before) / seconds)} lines/s`);
      }
      for (const [who, label] of [
        [boss, 'legal representative'],
        [handler, '经办人'],
      ] as const) {
        const loginId = await passFactors(runtime, who, own);
        for (const count of hits)
          rows.push([label, loaded, count, ...(await search(runtime, loginId, count))]);
      }
    }
    table(['who', 'reports', 'hits', 'calls', 'longest chain', 'read units', 'ms'], rows);
    say(
      `\nOf ${many} reports every ${ownShare}th is of the company searched in, half of those of this 经办人. Milliseconds are medians of ${searches} on this machine.`,
    );
  } finally {
    await runtime.stop();
  }
}

const report = (reportNo: string, taxpayerId: string, { name, phone }: Sample) => ({
  type: 'cross-region-report',
  version: 1,
  reportNo,
  taxpayerId,
  place: '合肥市包河区',
  validUntil: '2099-12-31',
  handler: { name, phone },
});

/** On a busy machine DynamoDB Local may be too slow for a moment, so lines are sent again; a line may come twice. */
async function feedAgain(runtime: Runtime, lines: readonly object[]): Promise<void> {
  for (let time = 1; ; time++) {
    try {
      await feed(runtime, lines);
      return;
    } catch (error) {
      if (time === 5) throw error;
      progress(`again: ${error instanceof Error ? error.message : ''}`);
    }
  }
}

/** Reports that are no hits: some belong to the same company, some to the same 经办人. */
function filler(from: number, to: number, ids: readonly string[], handler: Sample): object[] {
  const other = person();
  return Array.from({ length: to - from }, (_, index) => {
    const at = from + index;
    const own = at % ownShare === 0;
    const taxpayerId = (own ? ids[0] : ids[1 + (at % (ids.length - 1))]) ?? '';
    return report(
      `KQ2027${String(at).padStart(8, '0')}`,
      taxpayerId,
      own && at % (2 * ownShare) === 0 ? handler : other,
    );
  });
}

async function passFactors(runtime: Runtime, who: Sample, taxpayerId: string): Promise<string> {
  const http = clientOf(runtime.url);
  runtime.clock.advance(61);
  const started = await http('POST', '/v1/logins', {
    entry: 'cross-region',
    taxpayerId,
    account: who.documentNumber,
    password: who.password,
  });
  const { loginId } = started.body;
  await http('POST', `/v1/logins/${loginId}/sms`);
  const smsCode = codeFor(runtime, who.phone);
  const passed = await http('POST', `/v1/logins/${loginId}/verify`, { smsCode });
  if (passed.body.choices?.length !== 0) throw new Error(JSON.stringify([started.body, passed.body]));
  return loginId;
}

async function search(runtime: Runtime, loginId: string, count: number): Promise<(string | number)[]> {
  const http = clientOf(runtime.url);
  const times: number[] = [];
  for (let time = 0; time < searches; time++) {
    runtime.resetUsage();
    const startedAt = performance.now();
    const reply = await http('GET', `/v1/logins/${loginId}/cross-region-reports?ending=${endingOf(count)}`);
    times.push(performance.now() - startedAt);
    if (reply.body.reports?.length !== count) throw new Error(JSON.stringify(reply.body));
  }
  const usage = runtime.usage().login;
  if (!usage) throw new Error('the login was not called');
  return [usage.calls, usage.longestChain, usage.readUnits, median(times).toFixed(1)];
}
