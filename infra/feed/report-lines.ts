import { companyAt, type Lines } from './company-lines.ts';
import { diceFor, spread } from './dice.ts';
import { localities } from './localities.ts';
import { samplePerson } from './people.ts';
import type { SampleSize } from './sample-size.ts';
import { isKind } from './subjects.ts';

const mostReports = 4;
const shares = { short: 0.2, extended: 0.3, newHandler: 0.3 } as const;
const digits = 10;

/**
 * The 跨区域涉税事项报告 of a company from another province (SPC-2), each with its 经办人 (SPC-3). Empty for other
 * companies.
 */
export function reportLines(size: SampleSize, index: number): Lines {
  if (!isKind(index, 'cross-region')) return { first: [], later: [] };
  const { seed, people, year } = size;
  const dice = diceFor(seed, 'reports', index);
  const { taxpayerId } = companyAt(size, index);
  const handler = () => {
    const { person, phone } = samplePerson(seed, dice.below(people));
    return { name: person.name, phone };
  };
  const first = Array.from({ length: 1 + dice.below(mostReports) }, (_, at) => {
    const { city, county } = dice.pick(localities);
    const number = String(spread(10 ** digits, seed, index * mostReports + at)).padStart(digits, '0');
    return {
      type: 'cross-region-report',
      version: 1,
      reportNo: `皖税跨报〔${year}〕${number}`,
      taxpayerId,
      place: `安徽省${city}市${county}`,
      // The first report is valid all year, so that there is always one to choose.
      validUntil: at > 0 && dice.happens(shares.short) ? `${year}-06-30` : `${year}-12-31`,
      handler: handler(),
    };
  });
  const later = first.flatMap((report) =>
    dice.happens(shares.extended)
      ? [
          {
            ...report,
            version: 2,
            validUntil: `${year + 1}-06-30`,
            ...(dice.happens(shares.newHandler) ? { handler: handler() } : {}),
          },
        ]
      : [],
  );
  return { first, later };
}
