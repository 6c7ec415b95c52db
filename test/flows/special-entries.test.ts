import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CompanySubject, companySubjects } from '#domain/companies/taxpayers.ts';
import type { Loose } from '../support/client.ts';
import { creditCode } from '../support/credit-codes.ts';
import { person } from '../support/people.ts';
import { expectStatus } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import {
  failures,
  type Known,
  knownPerson,
  none,
  openWatchedRuntime,
  type WatchedRuntime,
} from '../support/watched.ts';
import { companyOf, feed } from './support/registry.ts';
import { bothFactors, enterCompany, giveRelation, passFace } from './support/relations.ts';
import { beforeReports, reportLine, reportNumber, underReport } from './support/reports.ts';

let runtime: WatchedRuntime;
let boss: Known;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
  boss = await knownPerson(runtime);
});
afterAll(() => runtime?.finish());

const entries = [
  'enterprise',
  'agency',
  'cross-region',
  'cross-region-property',
  'social-insurance',
] as const;
type At = (typeof entries)[number];

/** The entries at which a company of one subject can log in, and to which every other entry refers. */
const home: Readonly<Record<CompanySubject, readonly [At, ...At[]]>> = {
  enterprise: ['enterprise'],
  'sole-proprietor': ['enterprise'],
  agency: ['enterprise', 'agency'],
  'cross-region': ['cross-region'],
  'cross-region-property': ['cross-region-property'],
  'social-insurance': ['social-insurance'],
};
const combinations: CompanySubject[][] = [
  ...companySubjects.map((subject) => [subject]),
  ['enterprise', 'cross-region'],
  ['enterprise', 'social-insurance'],
  ['agency', 'cross-region-property'],
  ['cross-region', 'cross-region-property'],
  ['cross-region', 'social-insurance'],
  ['cross-region-property', 'social-insurance'],
  ['sole-proprietor', 'cross-region', 'cross-region-property', 'social-insurance'],
];

describe('each company at each entry', () => {
  keeping(2)(combinations.map((subjects) => [subjects.join(' + '), subjects] as const))(
    'SPC-1 SPC-4 SPC-5 AGY-2 %s: in at its entries, sent there from the others',
    async (_, subjects) => {
      const taxpayerId = await companyOf(runtime, boss, { subject: subjects });
      const open = subjects.flatMap((subject) => home[subject]);
      for (const entry of entries) {
        const reply = await enterCompany(runtime, boss, taxpayerId, { entry });
        if (entry === 'agency' && open.includes(entry)) {
          // For the agency's clients. The legal representative is not on the agency's staff form (AGY-1).
          expect(reply.body.code, entry).toBe('RELATION_NOT_FOUND');
          continue;
        }
        if (!open.includes(entry)) {
          expect(reply.body, entry).toMatchObject({ status: 403, code: 'USE_SPECIAL_ENTRY' });
          expect(open, entry).toContain(reply.body.entry);
          // At that entry the same person can log in.
          expectStatus(await enterCompany(runtime, boss, taxpayerId, { entry: reply.body.entry }), 201);
          continue;
        }
        const { loginId } = expectStatus(reply, 201).body;
        const { body } = expectStatus(await passFace(runtime, loginId), 200);
        if (entry === 'cross-region') expect(body).toEqual({ choices: [] });
        else if (entry === 'enterprise') expect(body.session.identity.kind).toBe('enterprise');
        else {
          expect(body.session.identity).toMatchObject({ kind: 'special', subject: entry });
          // Not even the legal representative manages the company here: that is for the entry `enterprise`.
          const token = body.session.accessToken;
          const staff = await runtime.http('GET', '/v1/enterprise/staff', undefined, { token });
          expect(staff.body.code, entry).toBe('ROLE_NOT_ALLOWED');
        }
      }
      expect(await failures(runtime, boss)).toEqual(none);
    },
  );

  it('SPC-1 LGN-2 says so to anybody with the right password, and names the entry in both languages', async () => {
    const stranger = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, boss, { subject: 'cross-region' });
    const enter = (language: string) =>
      runtime.http(
        'POST',
        '/v1/logins',
        {
          entry: 'enterprise',
          taxpayerId,
          account: stranger.documentNumber,
          password: stranger.password,
        },
        { headers: { 'accept-language': language } },
      );
    expect((await enter('zh')).body).toMatchObject({
      title: '请从“特定主体”入口登录',
      detail: '请从“特定主体-跨区域报验户”入口登录。',
      entry: 'cross-region',
    });
    expect((await enter('en')).body.detail).toContain('Cross-region taxpayers');
  });
});

describe('entries without a report', () => {
  it.each(['social-insurance', 'cross-region-property'] as const)(
    'SPC-4 SPC-5 REL-9 %s: who is missing is added at the hall, and then gets in',
    async (entry) => {
      const who = await knownPerson(runtime);
      const taxpayerId = await companyOf(runtime, boss, { subject: entry });
      const refused = await enterCompany(runtime, who, taxpayerId, { entry });
      expect(refused.body).toMatchObject({
        status: 403,
        code: 'RELATION_NOT_FOUND',
        title: '未查询到您与该企业的关联关系',
        detail: expect.stringMatching(/人员权限管理.*请到办税服务厅增加办税人员。$/),
      });
      const path = '/v1/hall/relations';
      const { name, documentType, documentNumber } = who;
      const assertion = await runtime.assertion('hall', {
        method: 'POST',
        path,
        officer: '3401001',
        office: '合肥市办税服务厅',
      });
      const related = await runtime.http(
        'POST',
        path,
        { taxpayerId, person: { name, documentType, documentNumber }, role: 'tax-handler' },
        { assertion },
      );
      expectStatus(related, 201);
      const { reply } = await bothFactors(runtime, who, taxpayerId, { entry });
      const { identity, accessToken: token } = reply.body.session;
      expect(identity).toEqual({
        kind: 'special',
        subject: entry,
        taxpayerId,
        taxpayerName: '合肥徽香茶业有限公司',
        role: 'tax-handler',
      });
      // The hall removes the relation: the company identity is lost at once, and the natural person is left.
      const removal = `${path}/${related.body.authorizationId}`;
      const signed = await runtime.assertion('hall', {
        method: 'DELETE',
        path: removal,
        officer: '3401001',
        office: '合肥市办税服务厅',
      });
      expectStatus(await runtime.http('DELETE', removal, undefined, { assertion: signed }), 204);
      const shown = await runtime.http('GET', '/v1/session', undefined, { token });
      expect(shown.body.session.identity).toEqual({ kind: 'natural' });
      expect((await enterCompany(runtime, who, taxpayerId, { entry })).body.code).toBe('RELATION_NOT_FOUND');
    },
  );

  it.each(['social-insurance', 'cross-region-property'] as const)(
    'SPC-4 SPC-5 SPC-3 %s: a report of the company opens nothing here',
    async (entry) => {
      const who = await knownPerson(runtime);
      const taxpayerId = await companyOf(runtime, boss, { subject: [entry, 'cross-region'] });
      await feed(runtime, reportLine(taxpayerId, reportNumber(), { name: who.name, phone: who.phone }));
      expect((await enterCompany(runtime, who, taxpayerId, { entry })).body.code).toBe('RELATION_NOT_FOUND');
      await beforeReports(runtime, who, taxpayerId);
    },
  );

  long(
    'SPC-3 SPC-5 one company, one person, three entries: each session is what its entry gives',
    async () => {
      const who = await knownPerson(runtime, person());
      const taxpayerId = await companyOf(runtime, boss, {
        subject: ['enterprise', 'cross-region', 'cross-region-property'],
      });
      const reportNo = reportNumber();
      await feed(runtime, reportLine(taxpayerId, reportNo));
      await giveRelation(runtime, who, taxpayerId, 'invoice-clerk');
      const kinds = async (entry: string) => {
        const { reply } = await bothFactors(runtime, who, taxpayerId, { entry });
        const { kind, role, subject } = reply.body.session.identity as Loose;
        return [kind, role, subject];
      };
      expect(await kinds('enterprise')).toEqual(['enterprise', 'invoice-clerk', undefined]);
      expect(await kinds('cross-region-property')).toEqual([
        'special',
        'invoice-clerk',
        'cross-region-property',
      ]);
      // SPC-3: an invoice clerk sees no reports.
      const entry = 'cross-region';
      expect((await enterCompany(runtime, who, taxpayerId, { entry })).body.code).toBe('RELATION_NOT_FOUND');
      await giveRelation(runtime, who, taxpayerId, 'tax-handler');
      const { session } = await underReport(runtime, who, taxpayerId, reportNo);
      expect(session.identity).toMatchObject({
        kind: 'special',
        subject: entry,
        role: 'tax-handler',
        reportNo,
      });
    },
  );

  it('SPC-1 LGN-7 tells an unknown company the same at every entry', async () => {
    for (const entry of entries)
      expect((await enterCompany(runtime, boss, creditCode(), { entry })).body.code, entry).toBe(
        'TAXPAYER_NOT_FOUND',
      );
  });
});
