import type { CompanyKey } from './companies.ts';
import type { PersonKey } from './people.ts';

/**
 * A 跨区域涉税事项报告: a person who logs in at `cross-region` types the ending of its number after both factors
 * (SPC-2).
 */
export interface DemoReport {
  readonly reportNo: string;
  readonly company: CompanyKey;
  readonly place: string;
  /** Its 经办人 (SPC-3). */
  readonly handler: PersonKey;
  /** Who can find it: the 经办人, and people with a role in the company. */
  readonly foundBy: readonly PersonKey[];
}

export const demoReports: readonly DemoReport[] = [
  {
    reportNo: '皖合跨报2026000127',
    company: 'yuanbo',
    place: '合肥市蜀山区',
    handler: 'heJun',
    foundBy: ['zhengHua', 'heJun'],
  },
  {
    reportNo: '皖芜跨报2026000354',
    company: 'yuanbo',
    place: '芜湖市镜湖区',
    handler: 'zhengHua',
    foundBy: ['zhengHua'],
  },
];

export const reportsOf = (person: PersonKey, company: CompanyKey): readonly DemoReport[] =>
  demoReports.filter((report) => report.company === company && report.foundBy.includes(person));
