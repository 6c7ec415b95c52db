import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseLegacyHash } from '#crypto/passwords.ts';
import { serviceItems } from '#domain/agencies/agreements.ts';
import { readReportNumber } from '#domain/companies/report-numbers.ts';
import { companySubjects, parseTaxpayerId } from '#domain/companies/taxpayers.ts';
import { isDay } from '#domain/days.ts';
import { type DocumentType, parseDocument } from '#domain/people/documents.ts';
import { normaliseName } from '#domain/people/person-names.ts';
import { parsePhone } from '#domain/people/phones.ts';
import { diceFor, seedOf, spread } from '../../infra/feed/dice.ts';
import { samplePerson } from '../../infra/feed/people.ts';
import { sampleLines } from '../../infra/feed/sample-lines.ts';
import type { SampleSize } from '../../infra/feed/sample-size.ts';
import { type LineIssue, type Progress, sendLines } from '../../infra/feed/send-lines.ts';
import { openTestRuntime, type TestRuntime } from '../support/runtime.ts';
import { long } from '../support/variants.ts';

type Someone = { name: string; documentType: DocumentType; documentNumber: string };
interface Line {
  readonly type: string;
  readonly version: number;
  readonly taxpayerId?: string;
  readonly name?: string;
  readonly person?: Someone;
  readonly phone?: string;
  readonly removed?: boolean;
  readonly phones?: readonly string[];
  readonly passwordHash?: string;
  readonly companyPasswordHash?: string;
  readonly subject?: string | string[];
  readonly agents?: readonly Someone[];
  readonly agencyId?: string;
  readonly clientId?: string;
  readonly agreementId?: string;
  readonly items?: readonly string[];
  readonly from?: string;
  readonly until?: string;
  readonly reportNo?: string;
  readonly validUntil?: string;
  readonly handler?: { name: string; phone: string };
}
type Size = Omit<SampleSize, 'year'>;
const year = 2027;
const made = (size: Size): Line[] => [...sampleLines({ ...size, year })] as Line[];
const textOf = (lines: readonly object[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** A proxy before a runtime that fails the feed's calls from a certain call on, until `mend` is called. */
async function standIn(target: string, fails: (time: number) => boolean) {
  let broken = true;
  let time = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.method === 'POST' && broken && fails(++time)) return response.writeHead(503).end('{}');
    const answer = await fetch(new URL(request.url ?? '/', target), {
      method: request.method ?? 'GET',
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    });
    return response.writeHead(answer.status).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mend: () => {
      broken = false;
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Runs a tool as npm starts it. */
async function tool(file: 'sample' | 'send', ...args: string[]) {
  const path = fileURLToPath(new URL(`../../infra/feed/${file}.ts`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text;
  });
  const [code] = await once(child, 'close');
  return { code: code as number, ...said };
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'feed-tools-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('made-up lines', () => {
  it('are the same for the same size and seed, and others for another seed', () => {
    const size = { people: 200, companies: 80, seed: seedOf('7') };
    expect(textOf(made(size))).toBe(textOf(made(size)));
    expect(textOf(made({ ...size, seed: seedOf('8') }))).not.toBe(textOf(made(size)));
  });

  long('DOC-2 DOC-3 name people, companies and phones that our own rules take', () => {
    const lines = made({ people: 3_000, companies: 1_200, seed: 11 });
    for (const { person, phone, taxpayerId, agencyId, clientId, agents = [], reportNo, handler } of lines) {
      for (const number of [taxpayerId, agencyId, clientId])
        if (number !== undefined) expect(parseTaxpayerId(number)).toBe(number);
      for (const number of [phone, handler?.phone])
        if (number !== undefined) expect(parsePhone(number)).toBe(number);
      if (handler) expect(normaliseName(handler.name)).toBe(handler.name);
      if (reportNo !== undefined) expect(readReportNumber(reportNo)).toBe(reportNo);
      for (const one of person ? [person, ...agents] : agents) {
        expect(normaliseName(one.name)).toBe(one.name);
        expect(parseDocument(one.documentType, one.documentNumber, '2026-01-01')).toBe(one.documentNumber);
      }
    }
  });

  it('never give one document two names, one phone two people, one number two companies', () => {
    const lines = made({ people: 4_000, companies: 1_500, seed: 3 });
    const [nameOf, phoneOf, firstOf] = [
      new Map<string, string>(),
      new Map<string, string>(),
      new Map<string, string>(),
    ];
    const only = (map: Map<string, string>, key: string, value: string): void => {
      expect(map.get(key) ?? value).toBe(value);
      map.set(key, value);
    };
    for (const { type, version, person, phone, taxpayerId = '', name = '' } of lines) {
      if (person) only(nameOf, person.documentNumber, person.name);
      if (person && phone) only(phoneOf, phone, person.documentNumber);
      if (type === 'taxpayer' && version === 1) only(firstOf, taxpayerId, name);
    }
    expect(firstOf.size).toBe(1_500);
    expect(new Set(phoneOf.values()).size).toBe(phoneOf.size);
  });

  long('give one number one name across seeds, so that two samples can stand in one runtime', () => {
    const names = new Map<string, string>();
    for (const seed of [1, 2, 3])
      for (let index = 0; index < 20_000; index++) {
        const { name, documentNumber } = samplePerson(seed, index).person;
        expect(names.get(documentNumber) ?? name).toBe(name);
        names.set(documentNumber, name);
      }
  });

  it('REL-2 REL-3 hold every type of line, later versions, removals and businesses under a personal number', () => {
    const lines = made({ people: 2_000, companies: 800, seed: 5 });
    for (const type of ['collection', 'taxpayer', 'legal-representative', 'finance-head', 'tax-handler']) {
      expect(lines.some((line) => line.type === type)).toBe(true);
      if (type !== 'collection' && type !== 'finance-head')
        expect(lines.some((line) => line.type === type && line.version === 2)).toBe(true);
    }
    expect(lines.some(({ removed }) => removed)).toBe(true);
    const people = new Set(lines.map(({ person }) => person?.documentNumber));
    expect(lines.some(({ type, taxpayerId }) => type === 'taxpayer' && people.has(taxpayerId))).toBe(true);
  });

  it('LGN-1 ENT-3 show every type of line and every subject in a sample as small as the one of the README', () => {
    const size = { people: 200, companies: 50, seed: seedOf('1') };
    const lines = [...made(size), ...made({ ...size, migration: { oldHashes: 0.5, duplicatePhones: 0.01 } })];
    expect(new Set(lines.map(({ type }) => type))).toEqual(
      new Set([
        'taxpayer',
        'legal-representative',
        'finance-head',
        'tax-handler',
        'cross-region-report',
        'agency-staff',
        'agreement',
        'collection',
        'person',
      ]),
    );
    expect(new Set(lines.flatMap(({ subject = [] }) => subject))).toEqual(new Set(companySubjects));
  });

  it('AGY-1 AGY-4 SPC-2 agents stand on both forms and are nobody of the client’s, reports are of companies from elsewhere', () => {
    const lines = made({ people: 2_000, companies: 800, seed: 5 });
    const of = (type: string) => lines.filter((line) => line.type === type);
    const subjects = new Map(
      of('taxpayer').map(({ taxpayerId, subject = [] }) => [taxpayerId, [subject].flat()]),
    );
    const staff = new Map<string | undefined, Set<string>>();
    const own = new Map<string | undefined, Set<string>>();
    const numbersOf = (agents: readonly Someone[] = []) => agents.map(({ documentNumber }) => documentNumber);
    for (const { taxpayerId, person } of lines)
      if (person && taxpayerId !== undefined)
        own.set(taxpayerId, (own.get(taxpayerId) ?? new Set()).add(person.documentNumber));
    const agreements = new Map<string | undefined, Line>();
    // In the order of the file: the staff form comes before an agreement that names its agents.
    for (const line of lines) {
      if (line.type === 'agency-staff') staff.set(line.agencyId, new Set(numbersOf(line.agents)));
      if (line.type !== 'agreement') continue;
      const { agencyId, clientId, agreementId, agents, items, from = '', until = '' } = line;
      expect(subjects.get(agencyId)).toContain('agency');
      expect(subjects.get(clientId)).toHaveLength(1);
      expect(agents?.length).toBeGreaterThan(0);
      for (const number of numbersOf(agents)) {
        expect(staff.get(agencyId)).toContain(number);
        expect(own.get(clientId) ?? new Set()).not.toContain(number);
      }
      for (const item of items ?? ['none']) expect(serviceItems).toContain(item);
      expect([`${year - 1}-01-01`, `${year}-01-01`]).toContain(from);
      expect(until).toBe(`${from.slice(0, 4)}-12-31`);
      // DOC-4: a client's number may be a person's own number.
      expect(agreementId).not.toContain(clientId);
      const before = agreements.get(agreementId);
      if (before)
        expect(line).toMatchObject({ agencyId: before.agencyId, clientId: before.clientId, version: 2 });
      agreements.set(agreementId, line);
    }
    expect(agreements.size).toBeGreaterThan(40);
    const known = [...agreements.values()];
    expect(known.some(({ removed }) => removed)).toBe(true);
    expect(known.some(({ until = '' }) => until < `${year}`)).toBe(true);
    expect(of('agency-staff').some(({ version }) => version === 2)).toBe(true);

    const reports = of('cross-region-report');
    for (const { taxpayerId, validUntil } of reports) {
      expect(subjects.get(taxpayerId)).toContain('cross-region');
      expect(taxpayerId?.slice(2, 4)).not.toBe('34');
      expect(isDay(validUntil ?? '')).toBe(true);
    }
    const first = reports.filter(({ version }) => version === 1);
    expect(new Set(first.map(({ reportNo }) => reportNo)).size).toBe(first.length);
    expect(first.length).toBeGreaterThan(20);
    expect(reports.length).toBeGreaterThan(first.length);
  });

  long(
    'MIG-1 are people as an old system knew them: the same for a seed, with hashes and duplicates as asked for',
    () => {
      const size = (oldHashes: number, duplicatePhones: number): Size => ({
        people: 3_000,
        companies: 300,
        seed: 9,
        migration: { oldHashes, duplicatePhones },
      });
      const people = (some: Size) => made(some).filter(({ type }) => type === 'person');
      const lines = people(size(0.5, 0.1));
      expect(lines).toHaveLength(3_000);
      expect(textOf(people(size(0.5, 0.1)))).toBe(textOf(lines));
      const hashed = lines.flatMap(({ passwordHash }) => (passwordHash === undefined ? [] : [passwordHash]));
      expect(Math.abs(hashed.length - 1_500)).toBeLessThan(150);
      for (const hash of hashed) expect(parseLegacyHash(hash)).not.toBeNull();
      expect(people(size(0, 0)).some(({ passwordHash }) => passwordHash !== undefined)).toBe(false);
      const owners = (some: readonly Line[]) => {
        const claims = new Map<string, number>();
        for (const phone of some.flatMap(({ phones = [] }) => phones))
          claims.set(phone, (claims.get(phone) ?? 0) + 1);
        return [...claims.values()].filter((count) => count > 1).length;
      };
      expect(owners(people(size(0, 0)))).toBe(0);
      expect(owners(lines)).toBeGreaterThan(200);
      const companies = made(size(1, 0)).filter(({ type }) => type === 'taxpayer');
      for (const { companyPasswordHash = '' } of companies)
        expect(parseLegacyHash(companyPasswordHash)).not.toBeNull();
    },
  );

  it('spread numbers without meeting one twice, and dice give every choice its chance', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.nat(0xffffffff), (size, seed) => {
        const seen = new Set(Array.from({ length: size }, (_, index) => spread(size, seed, index)));
        return seen.size === size && [...seen].every((one) => one >= 0 && one < size);
      }),
      { numRuns: 50 },
    );
    const counts = [0, 0, 0, 0];
    for (let index = 0; index < 8_000; index++) {
      const at = diceFor(1, 'test', index).below(4);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(250);
  });
});

describe('npm run feed:sample', () => {
  long('writes the same file twice, and the same to standard output', async () => {
    const flags = ['--people', '300', '--companies', '100', '--seed', 'demo', '--year', `${year}`];
    const path = join(folder, 'sample.jsonl');
    const toFile = await tool('sample', ...flags, '--out', path);
    expect(toFile).toMatchObject({ code: 0, out: '' });
    const written = await readFile(path, 'utf8');
    expect(toFile.err).toBe(`${written.trimEnd().split('\n').length} lines in ${path}\n`);
    expect((await tool('sample', ...flags)).out).toBe(written);
    expect(written).toBe(textOf(made({ people: 300, companies: 100, seed: seedOf('demo') })));
  });

  it('AGY-4 lets agreements run in this year of the bureau where no other is named', async () => {
    const yearNow = () => new Date(Date.now() + 8 * 3_600_000).getUTCFullYear();
    const before = yearNow();
    const { out } = await tool('sample', '--people', '60', '--companies', '40');
    expect(out.includes(`"until":"${before}-12-31"`) || out.includes(`"until":"${yearNow()}-12-31"`)).toBe(
      true,
    );
  });

  long('says what is wrong with its flags in one sentence, in both languages', async () => {
    const wrong = [
      [],
      ['--people', '10'],
      ['--people', 'ten', '--companies', '1'],
      ['--people', '-1', '--companies', '1'],
      ['--people', '2', '--companies', '1'],
      ['--people', '9', '--companies', '1', '--colour', 'red'],
      ['--people', '9', '--companies', '1', '--seed'],
      ['--people', '9', '--companies', '1', 'more'],
      ['--people', '9', '--companies', '1', '--year', '27'],
      ['--people', '9', '--companies', '1', '--old-hashes', '10'],
      ['--people', '9', '--companies', '1', '--migration', '--duplicate-phones', '101'],
      ['--people', '9', '--companies', '1', '--out', join(folder, 'no', 'such', 'folder.jsonl')],
    ];
    for (const flags of wrong) {
      const { code, out, err } = await tool('sample', ...flags);
      expect({ code, out, lines: err.trimEnd().split('\n').length }).toEqual({ code: 1, out: '', lines: 2 });
      expect(err).toMatch(/\p{Script=Han}/u);
      expect(err).not.toContain('    at ');
    }
  });
});

describe('npm run feed', () => {
  let runtime: TestRuntime;
  beforeAll(async () => {
    runtime = await openTestRuntime();
  });
  afterAll(() => runtime?.stop());

  long(
    'ENT-3 loads a sample without a rejected line or a warning, and a second time changes nothing',
    async () => {
      const path = join(folder, 'companies.jsonl');
      const lines = made({ people: 120, companies: 100, seed: 24 });
      for (const type of ['agency-staff', 'agreement', 'cross-region-report'])
        expect(lines.some((line) => line.type === type && line.version === 2)).toBe(true);
      await writeFile(path, textOf(lines));
      const first = await tool('send', path, '--url', runtime.url);
      expect({ code: first.code, out: first.out }).toEqual({ code: 0, out: '' });
      const last = first.err.trimEnd().split('\n').at(-1) ?? '';
      expect(last).toMatch(
        new RegExp(`^${lines.length} lines, \\d+ lines/s: \\d+ accepted, \\d+ stale, 0 rejected$`),
      );
      const again = await tool('send', path, '--url', runtime.url);
      expect(again.err).toContain(`: 0 accepted, ${lines.length} stale, 0 rejected`);
    },
  );

  long(
    'ENT-3 prints each rejected line with its number in the file, code and reason, and ends with 1',
    async () => {
      const path = join(folder, 'bad.jsonl');
      const good = made({ people: 400, companies: 0, seed: 22 });
      // The bad line is beyond the first batch and after blank lines, which are counted too.
      const filler = Array.from({ length: 1_100 }, () => '');
      const lines = [
        ...good.slice(0, 3).map((line) => JSON.stringify(line)),
        '{"type":"collection"',
        ...filler,
        JSON.stringify({ ...good[4], phone: '12' }),
        JSON.stringify(good[5]),
        '{"type":"unheard-of","version":1}',
      ];
      await writeFile(path, lines.join('\r\n'));
      const { code, out, err } = await tool('send', path, '--url', `${runtime.url}/`);
      expect(code).toBe(1);
      expect(
        out
          .trimEnd()
          .split('\n')
          .map((line) => line.split(' ').slice(0, 4).join(' ')),
      ).toEqual([
        'line 4 rejected: BAD_REQUEST',
        'line 1105 rejected: PHONE_INVALID',
        'line 1107 rejected: BAD_REQUEST',
      ]);
      expect(out).toContain('not JSON');
      expect(err).toContain(`${lines.length} lines,`);
      expect(err).toContain('4 accepted, 0 stale, 3 rejected');
    },
  );

  long(
    'MIG-1 goes on where it stopped, in this runtime and for this content only; --from and --report',
    async () => {
      const path = join(folder, 'people.jsonl');
      const people = {
        people: 2_600,
        companies: 0,
        seed: 31,
        migration: { oldHashes: 0, duplicatePhones: 0.02 },
      };
      const lines = made(people).map((line) => JSON.stringify(line));
      lines[1_500] = '{"type":"person"';
      await writeFile(path, `${lines.join('\r\n')}\r\n`);
      // At the third batch the runtime's tables are unavailable.
      const report = join(folder, 'report.jsonl');
      const proxy = await standIn(runtime.url, (time) => time >= 3);
      const first = await tool('send', path, '--url', proxy.url, '--report', report);
      expect(first.code).toBe(1);
      expect(first.err).toContain('after line 2000');
      expect(first.err).toContain('goes on there');
      proxy.mend();
      const second = await tool('send', path, '--url', proxy.url, '--report', report);
      expect(second.err).toContain('goes on after line 2000');
      expect(second.err).toContain(`${lines.length} lines,`);
      expect(second.err).toMatch(/: 2599 accepted, 0 stale, 1 rejected, \d+ warnings, \d+ numbers emptied/);
      const told = (await readFile(report, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((one) => JSON.parse(one));
      expect(told.filter(({ kind }) => kind === 'rejected')).toMatchObject([
        { line: 1_501, code: 'BAD_REQUEST' },
      ]);
      expect(told.filter(({ code }) => code === 'PHONE_EMPTIED').length).toBeGreaterThan(20);
      expect(told.some(({ line }) => line > 2_000)).toBe(true);
      expect([second.code, second.out]).toEqual([1, '']);

      // The file was sent completely, so the next run begins anew, or at the line that `--from` names.
      const third = await tool('send', path, '--url', proxy.url, '--from', '2500');
      expect(third.err).toContain(': 0 accepted, 101 stale, 0 rejected');
      const beyond = await tool('send', path, '--url', proxy.url, '--from', '2602');
      expect(beyond.err).toContain('no line 2602');
      await proxy.stop();
    },
  );

  long(
    'says in one sentence that the runtime is not running, and what else keeps it from working',
    async () => {
      const path = join(folder, 'one.jsonl');
      await writeFile(path, '{}\n');
      const nobody = createServer();
      await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve));
      const { port } = nobody.address() as AddressInfo;
      await new Promise((resolve) => nobody.close(resolve));
      const silent = await tool('send', path, '--url', `http://127.0.0.1:${port}`);
      expect(silent).toMatchObject({ code: 1, out: '' });
      expect(silent.err).toContain(
        `Nothing answers at http://127.0.0.1:${port}: start the local runtime with "npm start"`,
      );
      expect(silent.err).not.toContain('    at ');
      for (const flags of [
        [],
        [join(folder, 'none.jsonl')],
        [folder],
        [path, 'more'],
        [path, '--url', 'here'],
        [path, '--speed'],
      ]) {
        const { code, err } = await tool('send', ...flags);
        expect({ code, lines: err.trimEnd().split('\n').length }).toEqual({ code: 1, lines: 2 });
      }
    },
  );
});

describe('handing a file over', () => {
  let server: Server;
  let url: string;
  let answer: (body: string, time: number) => { status: number; body: unknown };
  let bodies: string[];
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      bodies.push(body);
      const { status, body: said } = answer(body, bodies.length);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());
  const told = () => {
    const rejected: LineIssue[] = [];
    const warned: LineIssue[] = [];
    const reached: Progress[] = [];
    return {
      rejected,
      warned,
      reached,
      listener: {
        rejected: (one: LineIssue) => rejected.push(one),
        warned: (one: LineIssue) => warned.push(one),
        reached: (progress: Readonly<Progress>) => reached.push({ ...progress }),
      },
    };
  };

  long('sends batch after batch, no more than is read, and tells progress after each', async () => {
    bodies = [];
    answer = (body) => ({
      status: 200,
      body: {
        accepted: body.split('\n').length - 2,
        stale: 1,
        rejected: [{ line: 2, code: 'BAD_REQUEST', message: 'x' }],
        warnings: [{ line: 3, code: 'UNKNOWN_AGENT', message: 'y' }],
      },
    });
    let ahead = 0;
    async function* lines(): AsyncGenerator<string> {
      for (let index = 0; index < 60_000; index++) {
        ahead = Math.max(ahead, index - 1_000 * bodies.length);
        yield `{"n":${index},"filling":"${'x'.repeat(60)}"}\n`;
      }
    }
    const { rejected, warned, reached, listener } = told();
    const progress = await sendLines(Readable.from(lines()), url, listener);
    expect(bodies).toHaveLength(60);
    expect(progress).toMatchObject({ lines: 60_000, accepted: 59_880, stale: 60, rejected: 60 });
    expect(rejected.slice(0, 3).map(({ line }) => line)).toEqual([2, 1_002, 2_002]);
    expect(warned.at(-1)).toEqual({ line: 59_003, code: 'UNKNOWN_AGENT', message: 'y' });
    expect(reached.map((one) => one.lines)).toEqual(Array.from({ length: 60 }, (_, i) => 1_000 * (i + 1)));
    // The tool reads no faster than it sends, so a file of any size needs the memory of a few batches.
    expect(ahead).toBeLessThan(10_000);
  });

  long(
    'tries a batch again that the runtime could not take, then says after which line it stopped',
    async () => {
      bodies = [];
      const well = { status: 200, body: { accepted: 1, stale: 0, rejected: [], warnings: [] } };
      answer = (_body, time) => (time < 3 ? { status: 500, body: {} } : well);
      const quiet = told().listener;
      expect(await sendLines(Readable.from(['{}\n']), url, quiet)).toMatchObject({ accepted: 1 });
      bodies = [];
      answer = (_body, time) => (time === 1 ? well : { status: 503, body: {} });
      const long = Array.from({ length: 1_500 }, () => '{}\n');
      await expect(sendLines(Readable.from(long), url, quiet)).rejects.toThrow('after line 1000 (503)');
      expect(bodies).toHaveLength(4);
    },
  );

  it('recognises that something else answers there', async () => {
    bodies = [];
    for (const other of [
      { status: 404, body: {} },
      { status: 200, body: { hello: 'world' } },
    ]) {
      answer = () => other;
      await expect(sendLines(Readable.from(['{}\n']), url, told().listener)).rejects.toThrow(
        'is no local runtime of this project',
      );
    }
  });
});
