import type { CompanySubject } from '#domain/companies/taxpayers.ts';
import { creditCode } from '../feed/companies.ts';
import { demoPassword } from './people.ts';

export interface DemoCompany {
  readonly taxpayerId: string;
  readonly name: string;
  readonly subject: CompanySubject | readonly CompanySubject[];
  readonly state: 'active' | 'awaiting-confirmation';
  /** Of the old login (LEG-1). */
  readonly companyPassword?: string;
}

/** Numbers from a seed of their own, with correct check digits. */
const number = (kind: 'enterprise' | 'sole-proprietor', locality: string, index: number): string =>
  creditCode(kind, { code: locality }, 20_260_101, index);

/** All invented. */
export const companies = {
  huijiang: {
    taxpayerId: number('enterprise', '340104', 1),
    name: '安徽徽江智能装备有限公司',
    subject: 'enterprise',
    state: 'active',
    companyPassword: demoPassword,
  },
  jianghuai: {
    taxpayerId: number('enterprise', '340202', 2),
    name: '芜湖江淮物流有限公司',
    subject: 'enterprise',
    state: 'active',
  },
  xinrui: {
    taxpayerId: number('enterprise', '340111', 3),
    name: '合肥新锐信息技术有限公司',
    subject: 'enterprise',
    state: 'awaiting-confirmation',
  },
  laosun: {
    taxpayerId: number('sole-proprietor', '340103', 4),
    name: '合肥市庐阳区老孙小吃店',
    subject: 'sole-proprietor',
    state: 'active',
  },
  chengxin: {
    taxpayerId: number('enterprise', '340104', 5),
    name: '合肥诚信税务师事务所有限公司',
    subject: ['enterprise', 'agency'],
    state: 'active',
  },
  yuanbo: {
    taxpayerId: number('enterprise', '320102', 6),
    name: '江苏远博建筑工程有限公司',
    subject: 'cross-region',
    state: 'active',
  },
  jiahe: {
    taxpayerId: number('enterprise', '330102', 7),
    name: '浙江嘉禾置业有限公司',
    subject: 'cross-region-property',
    state: 'active',
  },
  community: {
    taxpayerId: number('enterprise', '340104', 8),
    name: '合肥市蜀山区安和社区服务中心',
    subject: 'social-insurance',
    state: 'active',
  },
} as const satisfies Readonly<Record<string, DemoCompany>>;

export type CompanyKey = keyof typeof companies;
export const demoCompany = (key: CompanyKey): DemoCompany => companies[key];
export const taxpayerIdOf = (key: CompanyKey): string => companies[key].taxpayerId;
