import { describe, expect, it } from 'vitest';
import type { CompanyEntry } from '#domain/companies/entries.ts';
import { permissionsOf } from '#domain/companies/relations.ts';
import type { Db } from '#store/dynamodb/tables.ts';
import {
  type AccessBasis,
  type AccessRecords,
  evaluateAccess,
  readAccessRecords,
} from '#store/sessions/access-basis.ts';
import { effectiveSession } from '#store/sessions/effective-session.ts';
import type { Session } from '#store/sessions/session-row.ts';

/** What gives access today, each fact changed alone. No table is read here; tests over HTTP show how it is read. */
const now = new Date('2027-03-02T10:00:00+08:00');
const day = '2027-03-02';
const formOf = (at: string) => `${Date.parse(at).toString(36).padStart(9, '0')}-form`;
const cancelledAt = '2027-02-01T00:00:00.000Z';
const [older, newer] = [formOf('2027-01-31T00:00:00Z'), formOf('2027-02-02T00:00:00Z')];

type Facts = { readonly [part: string]: unknown };
/** One fact of one row, by its path; undefined removes it. */
function changed(records: Facts, path: string, value: unknown): AccessRecords {
  const [first = '', ...rest] = path.split('.');
  const inner = rest.length === 0 ? value : changed((records[first] ?? {}) as Facts, rest.join('.'), value);
  return { ...records, [first]: inner } as AccessRecords;
}

const company = { companyKey: 'c_1', name: '甲公司', state: 'active', subjects: ['enterprise'], term: 2 };
const agency = {
  company: { companyKey: 'c_a', name: '代理公司', state: 'active', subjects: ['agency'] },
  form: { formId: newer },
  entry: { forms: new Set([newer]) },
};
const report = { validUntil: day, handlerKey: 'h_1', at: cancelledAt };

interface Case {
  readonly basis: AccessBasis;
  readonly entry: CompanyEntry;
  readonly records: Facts;
  readonly gives: readonly string[];
  /** Each of these alone takes the access away. */
  readonly lost: readonly (readonly [path: string, value: unknown])[];
  /** Each of these alone changes nothing. */
  readonly kept: readonly (readonly [path: string, value: unknown])[];
}

const ofCompany = [
  ['company', undefined],
  ['company.name', undefined],
  ['company.state', undefined],
  ['company.state', 'pending'],
  ['company.state', 'cancelled'],
  ['company.subjects', undefined],
  ['company.subjects', ['social-insurance']],
] as const;
const ofAgency = [
  ['agency', undefined],
  ['agency.company', undefined],
  ['agency.company.state', 'cancelled'],
  ['agency.company.subjects', ['enterprise']],
  ['agency.company.termSince', '2027-02-03T00:00:00.000Z'],
  ['agency.form', undefined],
  ['agency.form.formId', undefined],
  ['agency.form.formId', older],
  ['agency.entry', undefined],
  ['agency.entry.forms', undefined],
  ['agency.entry.forms', new Set([older])],
] as const;
const ofReport = [
  ['report', undefined],
  ['report.validUntil', '2027-03-01'],
  ['report.at', undefined],
  ['report.at', '2027-01-31T00:00:00.000Z'],
] as const;

const relation: Case = {
  basis: { by: 'relation', companyKey: 'c_1', role: 'tax-handler', authorizationId: 'a_1' },
  entry: 'enterprise',
  records: {
    company,
    relation: {
      companyKey: 'c_1',
      role: 'tax-handler',
      authorizationId: 'a_1',
      state: 'active',
      companyTerm: 2,
      permissions: ['filing'],
    },
  },
  gives: ['filing'],
  lost: [
    ...ofCompany,
    ['company.term', undefined],
    ['company.term', 3],
    ['relation', undefined],
    ['relation.companyKey', 'c_2'],
    ['relation.role', 'invoice-clerk'],
    ['relation.authorizationId', 'a_2'],
    ['relation.state', 'pending'],
    ['relation.companyTerm', undefined],
    ['relation.validUntil', '2027-03-01'],
  ],
  kept: [
    ['relation.validUntil', day],
    ['company.subjects', ['social-insurance', 'agency']],
    ['report', undefined],
  ],
};
const cases: readonly (readonly [string, Case])[] = [
  ['REL-8 ENT-4 an own relation', relation],
  [
    'SPC-1 SPC-2 an own relation with a report',
    {
      ...relation,
      basis: { ...relation.basis, reportNo: 'r_1' } as AccessBasis,
      entry: 'cross-region',
      records: {
        ...relation.records,
        company: { ...company, subjects: ['cross-region'], termSince: cancelledAt },
        report,
      },
      lost: [...relation.lost, ...ofReport],
      kept: [
        ['report.handlerKey', 'h_2'],
        ['report.validUntil', '2027-03-03'],
      ],
    },
  ],
  [
    'SPC-3 a report that names the person',
    {
      basis: { by: 'report', companyKey: 'c_1', role: 'tax-handler', reportNo: 'r_1', handlerKey: 'h_1' },
      entry: 'cross-region',
      records: { company: { ...company, subjects: ['cross-region'], termSince: cancelledAt }, report },
      gives: permissionsOf('tax-handler'),
      lost: [...ofCompany, ...ofReport, ['report.handlerKey', 'h_2']],
      kept: [['relation', undefined]],
    },
  ],
  [
    'AGY-1 the staff form of an agency',
    {
      basis: { by: 'staff-form', companyKey: 'c_a', role: 'tax-agent' },
      entry: 'agency',
      records: { agency: { ...agency, company: { ...agency.company, termSince: cancelledAt } } },
      gives: [],
      lost: ofAgency,
      kept: [['agency.entry.forms', new Set([older, newer])]],
    },
  ],
  [
    'AGY-1 AGY-4 both forms of an agent',
    {
      basis: {
        by: 'agreement',
        companyKey: 'c_1',
        role: 'tax-agent',
        agencyKey: 'c_a',
        agreementId: 'g_1',
      },
      entry: 'agency',
      records: {
        agency,
        company: { ...company, termSince: cancelledAt },
        agreement: {
          agencyKey: 'c_a',
          clientKey: 'c_1',
          state: 'active',
          from: day,
          until: day,
          formId: newer,
          items: ['consulting'],
        },
        clientEntry: { forms: new Set([newer]) },
      },
      gives: ['enquiry'],
      lost: [
        ...ofCompany,
        ...ofAgency,
        ['agreement', undefined],
        ['agreement.agencyKey', 'c_b'],
        ['agreement.clientKey', 'c_2'],
        ['agreement.state', 'ended'],
        ['agreement.from', '2027-03-03'],
        ['agreement.until', '2027-03-01'],
        ['agreement.formId', undefined],
        ['agreement.formId', older],
        ['company.termSince', '2027-02-03T00:00:00.000Z'],
        ['clientEntry', undefined],
        ['clientEntry.forms', new Set([older])],
      ],
      kept: [['company.term', 9]],
    },
  ],
];

describe('what gives access to a company', () => {
  it.each(cases)('%s, as long as every fact of it holds', (_, { basis, entry, records, ...wanted }) => {
    const access = (given: AccessRecords) => evaluateAccess(basis, entry, given, now);
    const name = basis.by === 'staff-form' ? agency.company.name : company.name;
    const whole = { name, permissions: wanted.gives };
    expect(access(records as AccessRecords)).toEqual(whole);
    for (const [path, value] of wanted.lost)
      expect(access(changed(records, path, value)), `${path}: ${String(value)}`).toBeUndefined();
    for (const [path, value] of wanted.kept)
      expect(access(changed(records, path, value)), path).toEqual(whole);
  });
});

describe('what is read for it, in one call', () => {
  let calls = 0;
  /** Each key comes back as its own item. */
  const batchGet = async (keys: readonly { table: string; key: object }[]) => {
    calls++;
    return keys.map(({ table, key }) => ({ table, ...key }));
  };
  const read = (basis: AccessBasis) => readAccessRecords({ batchGet } as unknown as Db, 'p_1', basis);
  const company = { table: 'Taxpayers', companyKey: 'c_1' };
  const report = { table: 'CrossRegionReports', companyKey: 'c_1', reportNo: 'r_1' };
  const agencyRows = (agencyKey: string) => ({
    company: { table: 'Taxpayers', companyKey: agencyKey },
    form: { table: 'Agencies', agencyKey, part: 'form' },
    entry: { table: 'Relationships', personKey: 'p_1', relation: `agent-at#${agencyKey}` },
  });
  const relation = {
    by: 'relation',
    companyKey: 'c_1',
    role: 'tax-handler',
    authorizationId: 'a_1',
  } as const;

  it.each<[string, AccessBasis, object]>([
    [
      'REL-8 a relation and its company',
      relation,
      {
        relation: { table: 'Relationships', personKey: 'p_1', relation: expect.stringContaining('c_1') },
        company,
      },
    ],
    [
      'SPC-2 and the report',
      { ...relation, reportNo: 'r_1' },
      { relation: { table: 'Relationships' }, company, report },
    ],
    [
      'SPC-3 a report and its company',
      { by: 'report', companyKey: 'c_1', role: 'tax-handler', reportNo: 'r_1', handlerKey: 'h_1' },
      { company, report },
    ],
    [
      'AGY-1 an agency and its staff form',
      { by: 'staff-form', companyKey: 'c_a', role: 'tax-agent' },
      { agency: agencyRows('c_a') },
    ],
    [
      'AGY-4 an agreement with both forms',
      { by: 'agreement', companyKey: 'c_1', role: 'tax-agent', agencyKey: 'c_a', agreementId: 'g_1' },
      {
        company,
        agreement: { table: 'Agreements', agreementId: 'g_1' },
        clientEntry: { table: 'Relationships', personKey: 'p_1', relation: 'agent-for#c_1#g_1' },
        agency: agencyRows('c_a'),
      },
    ],
  ])('%s', async (_, basis, wanted) => {
    calls = 0;
    const records = await read(basis);
    expect(records).toMatchObject(wanted);
    const rows = Object.entries(records).filter(([, row]) => row !== undefined);
    expect(rows.map(([name]) => name).sort()).toEqual(Object.keys(wanted).sort());
    expect(calls).toBe(1);
  });
});

describe('what a session is today', () => {
  const sessionOf = (identity: object, basis?: AccessBasis) =>
    ({ sessionId: 's', personKey: 'p', identity, ...(basis ? { company: basis } : {}) }) as Session;
  const recordsOf = (title: string): AccessRecords =>
    cases.find(([one]) => one.startsWith(title))?.[1].records as AccessRecords;
  const basisOf = (title: string) => cases.find(([one]) => one.startsWith(title))?.[1].basis;
  const old = { taxpayerId: '91', taxpayerName: '旧名', role: 'tax-handler' };

  it('REL-7 a person stays the person, whatever was read', () => {
    const session = sessionOf({ kind: 'natural' }, basisOf('REL-8'));
    expect(effectiveSession(session, undefined, now)).toEqual({ session, lost: false, permissions: [] });
  });

  it('REL-8 a company has its present name, permissions and term', () => {
    const session = sessionOf({ kind: 'enterprise', ...old, permissions: [] }, basisOf('REL-8'));
    expect(effectiveSession(session, recordsOf('REL-8'), now)).toEqual({
      session: {
        ...session,
        identity: { kind: 'enterprise', ...old, taxpayerName: company.name, permissions: ['filing'] },
      },
      lost: false,
      permissions: ['filing'],
      term: 2,
    });
  });

  it('SPC-1 so has a company of a special entry, at its own entry only', () => {
    const at = (subject: string) =>
      effectiveSession(
        sessionOf({ kind: 'special', subject, ...old }, basisOf('SPC-3')),
        recordsOf('SPC-3'),
        now,
      );
    expect(at('cross-region')).toMatchObject({
      session: { identity: { kind: 'special', taxpayerName: company.name } },
      lost: false,
      permissions: permissionsOf('tax-handler'),
    });
    expect(at('social-insurance')).toEqual({
      session: { sessionId: 's', personKey: 'p', identity: { kind: 'natural' } },
      lost: true,
      permissions: [],
    });
  });

  it('REL-7 REL-8 who has lost it is the person, without a company', () => {
    const session = sessionOf({ kind: 'enterprise', ...old, permissions: ['filing'] }, basisOf('REL-8'));
    for (const records of [undefined, {}])
      expect(effectiveSession(session, records, now)).toEqual({
        session: { sessionId: 's', personKey: 'p', identity: { kind: 'natural' } },
        lost: true,
        permissions: [],
      });
    const without = sessionOf({ kind: 'enterprise', ...old, permissions: [] });
    expect(effectiveSession(without, recordsOf('REL-8'), now)).toMatchObject({ lost: true });
  });

  const agent = { kind: 'agency', agencyId: '92', agencyName: '旧名' };
  const client = { taxpayerId: '91', taxpayerName: '旧名' };

  it('AGY-1 an agent has the present names of the agency and the client', () => {
    expect(
      effectiveSession(sessionOf(agent, basisOf('AGY-1 the')), recordsOf('AGY-1 the'), now),
    ).toMatchObject({
      session: { identity: { kind: 'agency', agencyId: '92', agencyName: '代理公司' } },
      lost: false,
    });
    const both = sessionOf({ ...agent, client }, basisOf('AGY-1 AGY-4'));
    const { identity } = effectiveSession(both, recordsOf('AGY-1 AGY-4'), now).session;
    expect(identity).toEqual({
      ...agent,
      agencyName: '代理公司',
      client: { ...client, taxpayerName: company.name },
    });
  });

  it('AGY-4 an agent who has lost the client is at the agency; who has lost the agency too is the person', () => {
    const both = sessionOf({ ...agent, client }, basisOf('AGY-1 AGY-4'));
    const ended = changed(recordsOf('AGY-1 AGY-4') as Facts, 'agreement', undefined);
    expect(effectiveSession(both, ended, now)).toEqual({
      session: {
        ...both,
        identity: { ...agent, agencyName: '代理公司' },
        company: { by: 'staff-form', companyKey: 'c_a', role: 'tax-agent' },
      },
      lost: true,
      permissions: [],
    });
    const person = { sessionId: 's', personKey: 'p', identity: { kind: 'natural' } };
    for (const records of [undefined, changed(ended as Facts, 'agency.entry', undefined)])
      expect(effectiveSession(both, records, now).session).toEqual(person);
    const byEnterprise = sessionOf({ kind: 'enterprise', ...old, permissions: [] }, basisOf('AGY-1 AGY-4'));
    expect(effectiveSession(byEnterprise, ended, now).session).toEqual(person);
  });
});
