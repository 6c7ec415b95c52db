import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTaxpayerId } from '#domain/companies/taxpayers.ts';
import { passwordWeaknesses } from '#domain/factors/passwords.ts';
import { parseDocument } from '#domain/people/documents.ts';
import { type CompanyKey, companies, demoCompany } from '../../infra/demo/companies.ts';
import { type DemoLogin, demoBook, demoLogins, demoTable } from '../../infra/demo/demo-book.ts';
import { loadDemo } from '../../infra/demo/load.ts';
import { demoPassword, demoPerson, personKeys } from '../../infra/demo/people.ts';
import { demoReports, reportsOf } from '../../infra/demo/reports.ts';
import { prepareDemo } from '../../infra/local/control/demo-data.ts';
import { makeClock } from '../../infra/local/lambda/clock.ts';
import { allowing } from '../support/patience.ts';
import {
  enterPassword,
  expectStatus,
  openTestRuntime,
  scanFace,
  sendRegistrationCode,
  type TestRuntime,
} from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';

describe('the demo people', () => {
  it('DOC-2 DOC-3 have numbers and phones that the rules accept, each their own', () => {
    for (const key of personKeys) {
      const { documentType, documentNumber, phone } = demoPerson(key);
      expect(parseDocument(documentType as '201', documentNumber, '2026-01-01')).toBe(documentNumber);
      expect(phone).toMatch(/^1[3-9]\d{9}$/);
    }
    for (const { taxpayerId } of Object.values(companies))
      expect(parseTaxpayerId(taxpayerId)).toBe(taxpayerId);
    const all = [
      ...personKeys.flatMap((key) => [demoPerson(key).documentNumber, demoPerson(key).phone]),
      ...Object.values(companies).map(({ taxpayerId }) => taxpayerId),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('PWD-2 have a password that everybody may have', () => {
    for (const key of personKeys) {
      const { documentNumber, phone, username } = demoPerson(key);
      expect(
        passwordWeaknesses(demoPassword, { documentNumber, phones: [phone], username }, () => false),
      ).toEqual([]);
    }
  });

  it('stand in the start message, one line each with what to type', () => {
    const table = demoTable('http://127.0.0.1:3000');
    for (const key of personKeys) {
      const line = table.split('\n').find((one) => one.trim().startsWith(demoPerson(key).name)) ?? '';
      const login = demoLogins.find(({ person }) => person === key);
      if (login?.company) expect(line).toContain(demoCompany(login.company).taxpayerId);
      const { username, phone, documentNumber } = demoPerson(key);
      expect([username, phone, documentNumber].some((account) => account && line.includes(account))).toBe(
        true,
      );
    }
    for (const { reportNo } of demoReports) expect(table).toContain(reportNo);
    expect(table).toContain(demoPassword);
    expect(table).toContain('http://127.0.0.1:3000/desk');
  });
});

describe('a runtime with demo people', () => {
  let runtime: TestRuntime;
  beforeAll(async () => {
    runtime = await openTestRuntime({ demo: true });
  });
  afterAll(() => runtime?.stop());

  /** Password, face, and every further step of the entry, up to a session. */
  async function login({ person: key, entry, company }: DemoLogin) {
    const { username, phone, documentNumber, account: made, password = '', documentType } = demoPerson(key);
    const account = username ?? (made === 'hall' ? documentNumber : phone);
    const taxpayerId = company && demoCompany(company).taxpayerId;
    const entered = await enterPassword(runtime, account, password, entry, taxpayerId ? { taxpayerId } : {});
    const { loginId } = expectStatus(entered, 201).body;
    const path = `/v1/logins/${loginId}`;
    const scan = expectStatus(await runtime.http('POST', `${path}/face`), 201).body;
    const app = documentType === '201' ? 'ahtax-app' : 'iit-app';
    expectStatus(await scanFace(runtime, scan.qrContent, app, demoPerson(key) as never), 200);
    const { body } = expectStatus(
      await runtime.http('POST', `${path}/verify`, { faceTicket: scan.ticket }),
      200,
    );
    if (body.session) return body.session;
    if (body.confirm) {
      const { authorizationId } = body.confirm;
      const confirmed = expectStatus(
        await runtime.http('POST', `${path}/confirm-role`, { authorizationId }),
        200,
      );
      return confirmed.body.session;
    }
    const choices = entry === 'cross-region' ? await toldReports(path, key, company) : body.choices;
    const { choiceId } = choices[0];
    return expectStatus(await runtime.http('POST', `${path}/choose`, { choiceId }), 200).body.session;
  }

  /** SPC-2: the last four characters find each number that the demo book names. */
  async function toldReports(path: string, key: DemoLogin['person'], company: DemoLogin['company']) {
    const told = company ? reportsOf(key, company) : [];
    expect(told.length).toBeGreaterThan(0);
    const found = [];
    for (const { reportNo } of told) {
      const asked = await runtime.http('GET', `${path}/cross-region-reports?ending=${reportNo.slice(-4)}`);
      const { reports } = expectStatus(asked, 200).body;
      expect(reports.map((one: { reportNo: string }) => one.reportNo)).toEqual([reportNo]);
      found.push(...reports);
    }
    return found;
  }

  it('has loaded all of them, long enough ago for the next code', async () => {
    expect(runtime.demo).toEqual([]);
    expect(runtime.clock.fixed()).toBe(false);
    expect(Math.abs(runtime.clock.now().getTime() - Date.now())).toBeLessThan(allowing(1_000));
    for (const { at } of runtime.sms()) expect(Date.parse(at)).toBeLessThan(Date.now() - 600_000);
  });

  keeping(6)(demoLogins)('lets $person in at $entry $company', async (one) => {
    const session = await login(one);
    expect(session.identity.kind).toBe(
      one.entry === 'natural' || one.entry === 'enterprise' || one.entry === 'agency' ? one.entry : 'special',
    );
    if (one.company && one.entry !== 'agency')
      expect(session.identity.taxpayerId).toBe(demoCompany(one.company as CompanyKey).taxpayerId);
    if (one.person === 'zhaoMin')
      expect(
        (await runtime.http('GET', '/v1/account', undefined, { token: session.accessToken })).body.code,
      ).toBe('PASSWORD_CHANGE_REQUIRED');
  });

  it('tells how on /local/demo, everything that the table knows', async () => {
    const { status, body } = await runtime.http('GET', '/local/demo');
    expect(status).toBe(200);
    expect(body).toEqual({ ...JSON.parse(JSON.stringify(demoBook())), problems: [] });
    expect(body.people.flatMap(({ logins }: { logins: unknown[] }) => logins)).toHaveLength(
      demoLogins.length,
    );
  });

  it('ORD-1 keeps one of them out, whom the authority has suspended', async () => {
    const { phone, password = '' } = demoPerson('caoBin');
    expect((await enterPassword(runtime, phone, password)).body.code).toBe('ACCOUNT_SUSPENDED');
  });

  it('REG-1 leaves one of them to be registered by hand, at once', async () => {
    const { name, documentType, documentNumber, phone } = demoPerson('wuLei');
    const consents = ['privacy', 'face'];
    const begun = await runtime.http('POST', '/v1/registrations', {
      name,
      documentType,
      documentNumber,
      consents,
    });
    expectStatus(begun, 201);
    expectStatus(await sendRegistrationCode(runtime, begun.body.registrationId, phone), 202);
  });

  long('loaded once more changes nothing and finds nothing wrong', async () => {
    const before = runtime.sms().length;
    expect(await loadDemo(runtime.url, new AbortController().signal)).toEqual([]);
    expect(runtime.sms()).toHaveLength(before);
    expect(await login({ person: 'wangFang', entry: 'enterprise', company: 'huijiang' })).toHaveProperty(
      'accessToken',
    );
  });

  long('does so only until it is noted in the data folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ahtax-demo-'));
    try {
      const told: string[] = [];
      const prepare = () =>
        prepareDemo({
          url: runtime.url,
          file: join(folder, 'demo.json'),
          clock: makeClock(),
          progress: (line) => told.push(line),
          signal: new AbortController().signal,
        });
      expect(await prepare()).toEqual([]);
      expect(await prepare()).toEqual([]);
      expect(told).toEqual(['loading the demo people']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  long(
    'LGN-12 loads all of them where strangers are soon asked for a proof of work, and leaves people their budget',
    async () => {
      const strict = await openTestRuntime({ demo: true, challengeAfter: 1 });
      try {
        expect(strict.demo).toEqual([]);
        const { phone, password = '' } = demoPerson('maLi');
        const first = await enterPassword(strict, phone, password);
        expectStatus(first, 201);
        expect((await enterPassword(strict, phone, password)).body.code).toBe('CHALLENGE_REQUIRED');
      } finally {
        await strict.stop();
      }
    },
  );

  long('knows nobody where it was not asked for them', async () => {
    const bare = await openTestRuntime();
    try {
      expect(bare.demo).toBeUndefined();
      expect((await bare.http('GET', '/local/demo')).status).toBe(404);
      expect(bare.sms()).toEqual([]);
    } finally {
      await bare.stop();
    }
  });
});
