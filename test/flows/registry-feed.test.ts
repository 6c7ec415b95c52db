import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { creditCode } from '../support/credit-codes.ts';
import { person } from '../support/people.ts';
import { openTestRuntime, type TestRuntime } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { feed, legalRepresentative, taxpayer } from './support/feed-lines.ts';
import { rowsOf } from './support/tables.ts';

const collection = (version: number, overrides: object = {}) => {
  const { name, documentType, documentNumber, phone } = person();
  return {
    type: 'collection',
    version,
    person: { name, documentType, documentNumber },
    phone,
    officer: '0101',
    ...overrides,
  };
};
const message = (messageId: string, body: string) => ({ messageId, body });

describe('the registry feed', () => {
  let runtime: TestRuntime;
  beforeAll(async () => {
    runtime = await openTestRuntime();
  });
  afterAll(() => runtime?.stop());

  long('ENT-3 reports bad lines by number and code, and takes all others', async () => {
    const good = collection(3);
    const otherName = { ...good, version: 4, person: { ...good.person, name: '不同人' } };
    const lines = [
      JSON.stringify(good),
      '{broken',
      JSON.stringify({ type: 'unheard-of', version: 1 }),
      JSON.stringify(otherName),
      JSON.stringify({ ...collection(1), phone: '12' }),
      '',
      JSON.stringify(collection(1)),
    ];
    const report = await runtime.registry(lines.join('\n'));
    expect(report).toMatchObject({ accepted: 2, stale: 0 });
    expect(
      (report.rejected as { line: number; code: string }[]).map(({ line, code }) => [line, code]),
    ).toEqual([
      [2, 'BAD_REQUEST'],
      [3, 'BAD_REQUEST'],
      [4, 'PERSON_MISMATCH'],
      [5, 'PHONE_INVALID'],
    ]);
    expect(JSON.stringify(report)).not.toContain(good.person.documentNumber);
  });

  it('ENT-3 reports what is wrong with company lines, and takes the good ones around them', async () => {
    const id = creditCode();
    const who = person();
    const report = await feed(
      runtime,
      taxpayer(id),
      taxpayer('91340100MA_000000A'),
      taxpayer(id, 2, { name: '   ' }),
      taxpayer(id, 2, { state: 'asleep' }),
      taxpayer(id, 2, { subject: [] }),
      taxpayer(id, 2, { subject: ['enterprise', 'club'] }),
      taxpayer(id, 1.5),
      taxpayer(id, -1),
      legalRepresentative(id, { ...who, documentNumber: `${who.documentNumber.slice(0, 17)}?` }),
      legalRepresentative(id, { ...who, name: '12' }),
      legalRepresentative(id, who, 1, { person: undefined }),
      legalRepresentative('123', who),
      legalRepresentative(id, who, 1, { removed: 'yes' }),
      taxpayer(id, 2, { subject: ['agency', 'enterprise', 'agency'], companyPasswordHash: undefined }),
    );
    expect(report).toMatchObject({ accepted: 2, stale: 0 });
    expect(
      (report.rejected as { line: number; code: string }[]).map(({ line, code }) => [line, code]),
    ).toEqual([
      [2, 'BAD_REQUEST'],
      [3, 'BAD_REQUEST'],
      [4, 'BAD_REQUEST'],
      [5, 'BAD_REQUEST'],
      [6, 'BAD_REQUEST'],
      [7, 'BAD_REQUEST'],
      [8, 'BAD_REQUEST'],
      [9, 'DOCUMENT_INVALID'],
      [10, 'BAD_REQUEST'],
      [11, 'BAD_REQUEST'],
      [12, 'BAD_REQUEST'],
      [13, 'BAD_REQUEST'],
    ]);
    const told = JSON.stringify(report);
    for (const secret of [who.name, who.documentNumber.slice(0, 17), 'asleep', 'club'])
      expect(told).not.toContain(secret);
    const row = (await rowsOf(runtime, 'Taxpayers')).find((one) => one.companyKey === `c_${id}`);
    expect(row).toMatchObject({ subjects: ['enterprise', 'agency'], taxpayerVersion: 2, state: 'active' });
  });

  it('ENT-3 takes a line twice and an older one without changing anything, and counts them as stale', async () => {
    const line = collection(7);
    expect(await runtime.registry(JSON.stringify(line))).toMatchObject({ accepted: 1, stale: 0 });
    const again = [line, { ...line, version: 6, phone: person().phone }]
      .map((one) => JSON.stringify(one))
      .join('\n');
    expect(await runtime.registry(again)).toMatchObject({ accepted: 0, stale: 2, rejected: [] });
  });

  it('ENT-3 gives back the queue messages that a dependency kept from being taken, and only those', async () => {
    const [first, second] = [collection(1), collection(1)];
    runtime.faults.add({
      function: 'registry-feed',
      table: 'Users',
      action: 'GetItem',
      kind: 'error500',
      times: 3,
    });
    const event = { Records: [message('a', JSON.stringify(first)), message('b', JSON.stringify(second))] };
    expect(await runtime.invoke('registry-feed', event)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'a' }],
    });
    runtime.faults.clear();
    expect(await runtime.invoke('registry-feed', event)).toEqual({ batchItemFailures: [] });
    expect(await runtime.registry(JSON.stringify(first))).toMatchObject({ stale: 1 });
  });

  it('DOC-2 ENT-5 takes a queue message with a byte order mark, and no line that lost characters on its way', async () => {
    const id = creditCode();
    const lines = [taxpayer(id, 1, { name: '庐州茶业' }), taxpayer(id, 2, { name: '\ufffd\ufffd' })];
    const body = `\ufeff${lines.map((line) => JSON.stringify(line)).join('\n')}`;
    expect(await runtime.invoke('registry-feed', { Records: [message('c', body)] })).toEqual({
      batchItemFailures: [],
    });
    const row = (await rowsOf(runtime, 'Taxpayers')).find(({ companyKey }) => companyKey === `c_${id}`);
    expect(row).toMatchObject({ name: '庐州茶业', taxpayerVersion: 1 });
  });

  it('ENT-3 ignores the message by which S3 tests a notification', async () => {
    const body = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'x' });
    expect(await runtime.invoke('registry-feed', { Records: [message('t', body)] })).toEqual({
      batchItemFailures: [],
    });
  });
});
