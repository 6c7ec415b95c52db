import { createHash } from 'node:crypto';
import { type CompanyKey, companies, demoCompany, taxpayerIdOf } from './companies.ts';
import { demoPerson, named, type PersonKey, personKeys } from './people.ts';
import { type DemoReport, demoReports } from './reports.ts';

const version = 1;
const sha256 = (text: string): string => `{SHA256}${createHash('sha256').update(text).digest('hex')}`;

const company = (key: CompanyKey): object => {
  const { taxpayerId, name, subject, state, companyPassword } = demoCompany(key);
  return {
    type: 'taxpayer',
    version,
    taxpayerId,
    name,
    subject,
    state,
    ...(companyPassword ? { companyPasswordHash: sha256(companyPassword) } : {}),
  };
};
const holds = (type: string, at: CompanyKey, who: PersonKey): object => ({
  type,
  version,
  taxpayerId: taxpayerIdOf(at),
  person: named(who),
});
const report = ({ reportNo, company: at, place, handler }: DemoReport): object => ({
  type: 'cross-region-report',
  version,
  reportNo,
  taxpayerId: taxpayerIdOf(at),
  place,
  validUntil: '2035-12-31',
  handler: { name: demoPerson(handler).name, phone: demoPerson(handler).phone },
});
const agreement = (agreementId: string, client: CompanyKey, items: readonly string[]): object => ({
  type: 'agreement',
  version,
  agreementId,
  agencyId: taxpayerIdOf('chengxin'),
  clientId: taxpayerIdOf(client),
  agents: [named('liuYang')],
  items,
  from: '2025-01-01',
  until: '2035-12-31',
});

/** ORD-1 */
const suspension = (who: PersonKey): object => ({
  type: 'order',
  version,
  person: named(who),
  order: 'suspend',
  reason: '本人报案账号被盗',
  officer: '340101',
  approvedBy: '340102',
});

function accountLines(key: PersonKey): object[] {
  const { account, phone, password, suspended } = demoPerson(key);
  if (account === 'hall')
    return [{ type: 'collection', version, person: named(key), phone, officer: '340101' }];
  if (account !== 'migrated') return [];
  const initial = password === named(key).documentNumber.slice(-6);
  return [
    {
      type: 'person',
      version,
      ...named(key),
      phones: [phone],
      faceVerified: false,
      ...(initial || !password ? {} : { passwordHash: sha256(password) }),
    },
    ...(suspended ? [suspension(key)] : []),
  ];
}

/** The registry lines of the demo companies and people (ENT-3). Feeding them again changes nothing. */
export const demoLines: readonly object[] = [
  ...(Object.keys(companies) as CompanyKey[]).map(company),
  ...personKeys.flatMap(accountLines),
  holds('legal-representative', 'huijiang', 'zhangWei'),
  holds('legal-representative', 'jianghuai', 'zhangWei'),
  holds('legal-representative', 'xinrui', 'zhangWei'),
  holds('legal-representative', 'laosun', 'sunQiang'),
  holds('legal-representative', 'chengxin', 'chenJing'),
  holds('legal-representative', 'yuanbo', 'zhengHua'),
  // The appointment waits for her on the login page (LGN-9).
  holds('finance-head', 'jianghuai', 'liNa'),
  // As 金三 lists them: the relations wait for the person's consent (REL-4).
  holds('tax-handler', 'huijiang', 'wuLei'),
  holds('tax-handler', 'xinrui', 'wangFang'),
  ...demoReports.map(report),
  {
    type: 'agency-staff',
    version,
    agencyId: taxpayerIdOf('chengxin'),
    agents: [named('liuYang'), named('chenJing')],
  },
  agreement('XY20250001', 'laosun', ['tax-declaration', 'general-advice']),
  agreement('XY20250002', 'jianghuai', ['consulting']),
];

/** People who are entered at a hall counter in person, and so work for the company at once. */
export const counterRelations: readonly {
  readonly at: CompanyKey;
  readonly who: PersonKey;
  readonly role: string;
}[] = [
  { at: 'huijiang', who: 'liNa', role: 'finance-head' },
  { at: 'huijiang', who: 'wangFang', role: 'tax-handler' },
  { at: 'huijiang', who: 'wangFang', role: 'invoice-clerk' },
  { at: 'community', who: 'maLi', role: 'tax-handler' },
  { at: 'jiahe', who: 'maLi', role: 'tax-handler' },
];
