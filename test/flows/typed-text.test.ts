import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { login } from '#flows/login/contract.ts';
import { bodyBytes, readBody } from '#http/request.ts';
import { creditCode } from '../support/credit-codes.ts';
import { mobile, person, type Sample } from '../support/people.ts';
import {
  codeFor,
  enterPassword,
  expectStatus,
  loginTicket,
  openTestRuntime,
  type TestRuntime,
} from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { long } from '../support/variants.ts';
import { feed, legalRepresentative, taxpayer } from './support/feed-lines.ts';
import { claimed, counter, said } from './support/staff.ts';
import { rowsOf } from './support/tables.ts';

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await openTestRuntime();
});
afterAll(() => runtime?.stop());

/** `密码` in GBK, as an old page would send it. */
const gbk = Buffer.from([0xc3, 0xdc, 0xc2, 0xeb]);
const around = (before: string, bytes: Buffer, after: string) =>
  Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);
const reasons = (report: object) =>
  (report as { rejected: { line: number; code: string; message: string }[] }).rejected.map(
    ({ line, code, message }) => [line, code, message.split(': ')[1]],
  );
const spaced = (text: string, mark = ' ') => text.replace(/(\d{3})(?=\d)/g, `$1${mark}`);

describe('bytes that are no UTF-8', () => {
  const sent = (body: string | Buffer, base64: boolean) => ({
    body: Buffer.from(body).toString(base64 ? 'base64' : 'utf8'),
    isBase64Encoded: base64,
  });
  const read = (body: string | Buffer, base64: boolean) =>
    readBody(sent(body, base64) as unknown as APIGatewayProxyEventV2, login.routes.password);

  it.each([false, true])('CHN-1 the body is hashed by the bytes that were sent, base64: %s', (base64) => {
    const bytes = Buffer.from('\ufeff{"password":"密码"}\n');
    const event = sent(bytes, base64);
    expect(bodyBytes(event)).toEqual(bytes);
    expect(bodyBytes({ isBase64Encoded: base64 })).toHaveLength(0);
  });

  it.each([false, true])('DOC-2 are refused in a body, base64: %s', (base64) => {
    const typed = { entry: 'natural', account: 'ZhangSan', password: '密码Wan#2058' };
    expect(read(JSON.stringify(typed), base64)).toMatchObject(typed);
    expect(read(`\ufeff${JSON.stringify(typed)}`, base64)).toMatchObject(typed);
    const [before = '', after = ''] = JSON.stringify(typed).split('密码');
    const broken = [{ path: 'body', message: 'not UTF-8' }];
    for (const bytes of [
      gbk,
      Buffer.from([0x80]),
      Buffer.from('密').subarray(0, 2),
      Buffer.from([0xed, 0xa0, 0x80]),
    ])
      expect(() => read(around(before, bytes, after), base64)).toThrow(
        expect.objectContaining({ code: 'BAD_REQUEST', details: { errors: broken } }),
      );
    // Half a surrogate pair in an escape sequence is refused too, and the answer names its place.
    expect(() => read(JSON.stringify(typed).replace('密码', '\\ud842'), base64)).toThrow(
      expect.objectContaining({ details: { errors: [{ path: 'password', message: 'not UTF-8' }] } }),
    );
  });

  it('DOC-2 open nothing with a password of other bytes, and count nothing', async () => {
    const password = '密码Wanjiang#2058';
    const who = await settled(runtime, person({ password }));
    const [before = '', after = ''] = JSON.stringify({
      entry: 'natural',
      account: who.documentNumber,
      password,
    }).split('密码');
    for (const bytes of [gbk, Buffer.from([0xc3, 0xdc, 0xc2, 0xec])]) {
      const answer = await fetch(`${runtime.url}/v1/logins`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: around(before, bytes, after),
      });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ code: 'BAD_REQUEST', errors: [{ path: 'body' }] });
    }
    // All five tries are left.
    for (const left of [4, 3])
      expect((await enterPassword(runtime, who.documentNumber, 'Quite#Wrong77')).body.remainingAttempts).toBe(
        left,
      );
    expectStatus(await enterPassword(runtime, who.documentNumber, password), 201);
  });

  it('DOC-2 are refused in a query', async () => {
    for (const query of ['%ff', '%c3%dc', '%ed%a0%80'])
      expect(
        (await runtime.http('GET', `/v1/logins/${'A'.repeat(32)}/cross-region-reports?ending=0012${query}`))
          .status,
      ).toBe(400);
  });

  it('DOC-2 ENT-3 cost a feed line, which says so, and change no name; the lines around it are taken', async () => {
    const [one, two] = [creditCode(), creditCode()];
    await feed(runtime, taxpayer(one, 1, { name: '庐州茶业' }));
    const [before = '', after = ''] = JSON.stringify(taxpayer(one, 2, { name: '庐州' })).split('庐州');
    const lines = Buffer.concat([
      around(before, gbk, `${after}\n`),
      Buffer.from(JSON.stringify(taxpayer(two))),
      Buffer.from(`\n${JSON.stringify(taxpayer(one, 3)).replace('"name":"', '"name":"\\ud842')}`),
    ]);
    const answer = await fetch(`${runtime.url}/local/registry`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines,
    });
    const report = (await answer.json()) as object;
    expect(report).toMatchObject({ accepted: 1 });
    expect(reasons(report)).toEqual([
      [1, 'BAD_REQUEST', 'not UTF-8'],
      [3, 'BAD_REQUEST', expect.stringContaining('name (')],
    ]);
    const rows = await rowsOf(runtime, 'Taxpayers');
    expect(rows.find(({ companyKey }) => companyKey === `c_${one}`)).toMatchObject({ name: '庐州茶业' });
    expect(rows.some(({ companyKey }) => companyKey === `c_${two}`)).toBe(true);
  });

  it('ENT-5 a byte order mark costs no line, before the first or where files were joined', async () => {
    const lines = [taxpayer(creditCode()), taxpayer(creditCode()), taxpayer(creditCode())].map((line) =>
      JSON.stringify(line),
    );
    expect(
      await runtime.registry(`\ufeff${lines[0]}\n\ufeff${lines[1]}\r\n\ufeff\n${lines[2]}`),
    ).toMatchObject({
      accepted: 3,
      rejected: [],
    });
  });
});

describe('free text of the registry', () => {
  it('ENT-5 is refused without a letter or digit, with controls, or longer than 100 characters', async () => {
    const id = creditCode();
    const bad = ['\u0000', '徽\u0000光', '\u200b\u200b', '（）', '徽\n光', '字'.repeat(101), '   '];
    const report = await feed(
      runtime,
      ...bad.map((name) => taxpayer(id, 1, { name })),
      taxpayer(id, 1, { name: ' \u200b徽\u202e光（合肥）有限公司\ufeff ' }),
    );
    expect(report).toMatchObject({ accepted: 1 });
    expect(reasons(report).map(([line]) => line)).toEqual(bad.map((_, index) => index + 1));
    expect(
      (await rowsOf(runtime, 'Taxpayers')).find(({ companyKey }) => companyKey === `c_${id}`),
    ).toMatchObject({
      name: '徽光（合肥）有限公司',
    });
  });
});

describe('what people type', () => {
  let who: Sample;
  beforeAll(async () => {
    who = await settled(runtime);
  });

  long('DOC-2 an account is found however its number is printed or pasted', async () => {
    const { documentNumber: number, phone } = who;
    for (const account of [
      spaced(number),
      spaced(number, '-'),
      `\u202d${number}\u202c`,
      `\u202d${phone}\u202c`,
      `${phone}\u200b`,
      `(+86)${phone}`,
      `（＋８６）${spaced(phone, '-')}`,
      `86${phone}`,
      `${phone.slice(0, 3)} ${phone.slice(3, 7)} ${phone.slice(7)}`,
    ])
      expectStatus(await enterPassword(runtime, account, who.password), 201);
  });

  it('DOC-2 a password has no white space at its ends, and an SMS code is read in groups', async () => {
    for (const password of [`${who.password} `, ` ${who.password}\t`, `${who.password}　\n`])
      expectStatus(await enterPassword(runtime, who.documentNumber, password), 201);
    expect(said(await enterPassword(runtime, who.documentNumber, ' \u3000 '))).toBe('BAD_REQUEST');
    const loginId = await loginTicket(runtime, who);
    expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/sms`, {}), 202);
    const code = await codeFor(runtime, who.phone);
    const typed = `\u200e${code.slice(0, 3)} ${code.slice(3)} `;
    expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/verify`, { smsCode: typed }), 200);
  });

  long(
    'DOC-2 DOC-3 names and numbers fold alike at the counter, in the feed and in the numbers of companies',
    async () => {
      const id = creditCode();
      const newcomer = person({ name: '阿里·买买提' });
      await feed(runtime, taxpayer(id), legalRepresentative(id, newcomer));
      const typed = {
        ...claimed(newcomer),
        name: '阿里．买买提',
        documentNumber: spaced(newcomer.documentNumber),
      };
      const collected = { person: typed, phone: `(+86)${newcomer.phone}` };
      expectStatus(await counter(runtime)('POST', '/v1/hall/collections', collected), 201);
      const related = { taxpayerId: `${id.slice(0, 6)} ${id.slice(6)}`, role: 'tax-handler', person: typed };
      expectStatus(await counter(runtime)('POST', '/v1/hall/relations', related), 201);
      const written = legalRepresentative(spaced(id, '-'), { ...newcomer, name: '阿里 · 买买提' }, 1);
      expect(await feed(runtime, written)).toMatchObject({ stale: 1, rejected: [] });
      const other = { ...typed, name: '阿里' };
      expect(
        said(await counter(runtime)('POST', '/v1/hall/collections', { ...collected, person: other })),
      ).toBe('PERSON_MISMATCH');
    },
  );

  it('DOC-2 takes papers of any script, and names with 〇, an apostrophe or a variant', async () => {
    for (const [name, documentType, documentNumber] of [
      ['李〇', '299', '军字第2001988号'],
      ["O'BRIEN", '208', 'PA 123-456'],
      ['葛\u{e0100}洪', '299', `〇字${mobile()}号`],
    ] as const) {
      const seen = { person: { name, documentType, documentNumber }, phone: mobile() };
      expectStatus(await counter(runtime)('POST', '/v1/hall/collections', seen), 201);
    }
    for (const [documentType, documentNumber] of [
      ['201', '340102000101010010'],
      ['201', '000000199003070010'],
      ['233', 'ABC123490130112'],
    ] as const) {
      const seen = { person: { name: '李四', documentType, documentNumber }, phone: mobile() };
      expect(said(await counter(runtime)('POST', '/v1/hall/collections', seen))).toBe('DOCUMENT_INVALID');
    }
  });

  it('USR-1 USR-2 a username folds when it is chosen and when it is typed', async () => {
    const username = `Zhang${String(Date.now()).slice(-8)}x`;
    const owner = await settled(runtime, person(), { username });
    expectStatus(await enterPassword(runtime, ` \u202d${username}\u202c\u200b`, owner.password), 201);
  });
});
