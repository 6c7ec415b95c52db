import type { Entry } from '#domain/names.ts';
import { type CompanyKey, companies, demoCompany } from './companies.ts';
import { demoPassword, demoPerson, named, type PersonKey, personKeys } from './people.ts';
import { reportsOf } from './reports.ts';

export interface DemoLogin {
  readonly person: PersonKey;
  readonly entry: Entry;
  readonly company?: CompanyKey;
}

/** Every prepared way to log in; a test tries all of them. */
export const demoLogins: readonly DemoLogin[] = [
  { person: 'zhangWei', entry: 'enterprise', company: 'huijiang' },
  { person: 'zhangWei', entry: 'enterprise', company: 'jianghuai' },
  { person: 'liNa', entry: 'enterprise', company: 'huijiang' },
  { person: 'liNa', entry: 'enterprise', company: 'jianghuai' },
  { person: 'wangFang', entry: 'enterprise', company: 'huijiang' },
  { person: 'sunQiang', entry: 'enterprise', company: 'laosun' },
  { person: 'chenJing', entry: 'enterprise', company: 'chengxin' },
  { person: 'liuYang', entry: 'agency', company: 'chengxin' },
  { person: 'liuYang', entry: 'enterprise', company: 'laosun' },
  { person: 'zhengHua', entry: 'cross-region', company: 'yuanbo' },
  { person: 'heJun', entry: 'cross-region', company: 'yuanbo' },
  { person: 'maLi', entry: 'cross-region-property', company: 'jiahe' },
  { person: 'maLi', entry: 'social-insurance', company: 'community' },
  ...personKeys
    .filter((person) => demoPerson(person).account !== 'none' && !demoPerson(person).suspended)
    .map((person): DemoLogin => ({ person, entry: 'natural' })),
];

/** SPC-2: the numbers of the reports that can be found after this login; their last four characters are enough. */
const reportNumbers = ({ person, company }: DemoLogin): string[] =>
  company ? reportsOf(person, company).map(({ reportNo }) => reportNo) : [];

/** `GET /local/demo`: the demo people and companies, and how each logs in. */
export const demoBook = () => ({
  password: demoPassword,
  people: personKeys.map((key) => {
    const { phone, username, account, password, zh, en } = demoPerson(key);
    return {
      key,
      ...named(key),
      phone,
      account,
      ...(username ? { username } : {}),
      ...(password ? { password } : {}),
      zh,
      en,
      logins: demoLogins
        .filter(({ person }) => person === key)
        .map((login) => ({
          entry: login.entry,
          ...(login.company
            ? {
                taxpayerId: demoCompany(login.company).taxpayerId,
                taxpayerName: demoCompany(login.company).name,
              }
            : {}),
          ...(login.entry === 'cross-region' ? { reports: reportNumbers(login) } : {}),
        })),
    };
  }),
  companies: (Object.keys(companies) as CompanyKey[]).map((key) => ({ key, ...demoCompany(key) })),
});

const entryNames: Readonly<Record<Entry, string>> = {
  natural: '自然人业务',
  enterprise: '企业业务',
  agency: '代理业务',
  'cross-region': '跨区域报验户',
  'cross-region-property': '跨区域财产税源登记',
  'social-insurance': '社保非税专用用户',
};

/** The width of a text on a terminal: Chinese characters take two places. */
const width = (text: string): number => [...text].reduce((sum, one) => sum + (one > '⺀' ? 2 : 1), 0);
const padded = (text: string, places: number): string => text + ' '.repeat(Math.max(0, places - width(text)));

/** One line per person for the start message: the login that shows most of the system. */
export function demoTable(url: string): string {
  const rows = personKeys.map((key) => {
    const { name, phone, username, password, account, suspended, zh } = demoPerson(key);
    const login = demoLogins.find(({ person }) => person === key);
    const number = login?.company ? demoCompany(login.company).taxpayerId : '';
    const id = account === 'none' || account === 'hall' ? named(key).documentNumber : (username ?? phone);
    const entry = login || suspended ? entryNames[login?.entry ?? 'natural'] : '用户注册';
    const reports = login?.entry === 'cross-region' ? reportNumbers(login) : [];
    const note = [
      zh,
      password && password !== demoPassword ? `（密码 ${password}）` : '',
      reports.length > 0 ? `（报告 ${reports.join('、')}，输入末四位）` : '',
    ].join('');
    return `  ${padded(name, 12)}${padded(entry, 20)}${padded(number, 20)}${padded(id, 20)}${note}`;
  });
  const head = `  ${padded('姓名', 12)}${padded('入口', 20)}${padded('纳税人识别号', 20)}${padded('账号', 20)}说明`;
  return [
    `示例人员，密码都是 ${demoPassword}；短信、扫码和人脸在 ${url}/desk 的四部手机上`,
    head,
    ...rows,
    `Demo people, all with the password ${demoPassword}; codes and scans on the phones at ${url}/desk; in English: ${url}/local/demo`,
  ].join('\n');
}
