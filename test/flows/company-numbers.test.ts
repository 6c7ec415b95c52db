import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { person } from '../support/people.ts';
import { expectStatus } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';
import { feed, legalRepresentative, taxpayer } from './support/feed-lines.ts';
import { leaks } from './support/leaks.ts';
import { applied, counter, fed, said, somebody } from './support/staff.ts';
import { rowsOf } from './support/tables.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime({}, null);
});
afterAll(() => runtime?.finish());

const serial = (length: number) => String(Math.floor(Math.random() * 10 ** length)).padStart(length, '0');
const warned = (report: object) =>
  (report as { warnings: { line: number; code: string }[] }).warnings.map(({ line, code }) => [line, code]);

describe('numbers of companies', () => {
  long('DOC-3 one with an odd check character is taken and told, and its people work for it', async () => {
    const [id, boss] = ['91350203M0001QKT19', await somebody(runtime)];
    const lines = [taxpayer(id), legalRepresentative(id, boss.who), taxpayer('91350100M000100Y43')];
    const report = await feed(runtime, ...lines);
    expect(report).toMatchObject({ accepted: 3, rejected: [] });
    expect(warned(report)).toEqual([
      [1, 'TAXPAYER_NUMBER_CHECK'],
      [2, 'TAXPAYER_NUMBER_CHECK'],
    ]);
    expect(warned(await feed(runtime, ...lines))).toEqual([]);
    expect(expectStatus(await boss.switchTo(id), 200).body.session.identity).toMatchObject({
      taxpayerId: id,
    });
  });

  long('DOC-3 of 14 to 20 characters is looked up, whatever the counter or a person types', async () => {
    const hand = await somebody(runtime);
    for (const id of [
      `340104${serial(8)}`,
      `340104H${serial(8)}`,
      `340104${serial(10)}`,
      `3401041990${serial(10)}`,
    ]) {
      await fed(runtime, taxpayer(id));
      const typed = { taxpayerId: `${id.slice(0, 6)} ${id.slice(6).toLowerCase()}` };
      expectStatus(
        await counter(runtime)('POST', '/v1/hall/relations', {
          ...typed,
          role: 'tax-handler',
          person: { name: hand.who.name, documentType: '201', documentNumber: hand.who.documentNumber },
        }),
        201,
      );
      expect(said(await applied(hand, id))).toBe('RELATION_EXISTS');
    }
    expect(said(await applied(hand, `340104${serial(7)}`))).toBe('TAXPAYER_NOT_FOUND');
  });

  it('DOC-4 an area code before a permit stands nowhere in clear, and is masked in answers', async () => {
    const number = `340104H${serial(8)}`;
    const boss = await somebody(runtime);
    await fed(runtime, taxpayer(number, 1, { name: '港味小馆' }), legalRepresentative(number, boss.who));
    const masked = `${number.slice(0, 3)}********${number.slice(11)}`;
    const { session } = expectStatus(await boss.switchTo(masked), 200).body;
    expect(session.identity).toMatchObject({ taxpayerId: masked });
    expect(Buffer.from(session.accessToken.split('.')[1], 'base64url').toString()).not.toContain(number);
    const tables = await Promise.all(
      (['Taxpayers', 'Relationships', 'Sessions', 'Audit', 'Tickets'] as const).map(async (table) => ({
        where: table,
        text: JSON.stringify(await rowsOf(runtime, table)),
      })),
    );
    const logs = { where: 'logs', text: JSON.stringify(runtime.logs()) };
    expect(leaks([...tables, logs], [{ what: 'number', value: number }])).toEqual([]);
  });

  it('DOC-4 fifteen digits are hidden unless the registry says that they are a company’s, in whatever order it says so', async () => {
    const number = `340104${serial(9)}`;
    const boss = await somebody(runtime);
    const masked = `${number.slice(0, 3)}********${number.slice(11)}`;
    const shown = async () => {
      const { body } = expectStatus(await boss.call('GET', '/v1/authorizations?state=active'), 200);
      return body.authorizations.map(({ taxpayerId }: { taxpayerId: string }) => taxpayerId);
    };
    const clear = async () =>
      (await Promise.all([rowsOf(runtime, 'Taxpayers'), rowsOf(runtime, 'Relationships')]))
        .flat()
        .filter(({ taxpayerId }) => taxpayerId === number).length;
    await fed(runtime, legalRepresentative(number, boss.who), taxpayer(number));
    expect(await shown()).toEqual([masked]);
    expect(await clear()).toBe(0);
    await fed(runtime, taxpayer(number, 2, { personal: false }));
    expect(await shown()).toEqual([number]);
    // A further line about the company does not hide the number again, and the row does not keep both forms of the
    // number.
    await fed(runtime, legalRepresentative(number, boss.who, 2));
    expect(await shown()).toEqual([number]);
    const row = (await rowsOf(runtime, 'Taxpayers')).find(({ taxpayerId }) => taxpayerId === number);
    expect(row).not.toHaveProperty('sealedId');
    const preview = { taxpayerId: number };
    const other = await somebody(runtime, person());
    expect((await other.call('POST', '/v1/authorizations/preview', preview)).body.taxpayerName).not.toMatch(
      /\*/,
    );
    await fed(runtime, taxpayer(number, 3));
    // Lists mask the number at once; stored rows are masked when the copies are updated.
    expect(await shown()).toEqual([masked]);
    await runtime.settled();
    expect(await shown()).toEqual([masked]);
    expect(await clear()).toBe(0);
    expect((await other.call('POST', '/v1/authorizations/preview', preview)).body.taxpayerName).toMatch(
      /\*\*\*$/,
    );
  });
});
