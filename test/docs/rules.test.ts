import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultPolicies } from '#domain/policies.ts';
import { ruleEntries, ruleIdsIn, ruleTitles, ruleTitlesIn } from '../support/rule-ids.ts';
import { printed, type Report, tableOf, titlesOf } from '../support/rules-table.ts';

const markdown = readFileSync('docs/rules.md', 'utf8');
const entries = ruleEntries(markdown);

/** The text of one rule on a page, with its sub-bullets: to the next rule or heading. */
const entryOf = (page: string, id: string): string =>
  page.split(`\n- **${id}**`)[1]?.split(/\n(?:- \*\*|#)/)[0] ?? '';

/**
 * How many rules each group has. A new or removed rule must be changed here too, so nobody removes a rule by mistake.
 */
const groups = {
  DOC: 6,
  REG: 9,
  LGN: 12,
  LCK: 6,
  UNL: 2,
  SMS: 4,
  QR: 3,
  FACE: 2,
  LVL: 2,
  STP: 4,
  PWD: 3,
  PHN: 5,
  USR: 2,
  SES: 5,
  CTR: 3,
  REL: 11,
  ENT: 5,
  ORD: 1,
  SWI: 5,
  AGY: 4,
  SPC: 5,
  LEG: 2,
  MIG: 1,
  CHN: 2,
  SSO: 15,
  AUD: 1,
};

/** Rule numbers that are reserved for rules that do not exist yet. */
const later: readonly string[] = [];

describe('docs/rules.md', () => {
  it('holds every rule exactly once, in order', () => {
    const expected = Object.entries(groups).flatMap(([group, size]) =>
      Array.from({ length: size }, (_, i) => `${group}-${i + 1}`).filter((id) => !later.includes(id)),
    );
    expect(entries).toEqual(expected);
  });

  it('refers only to rules that exist', () => {
    expect(ruleIdsIn(markdown).filter((id) => !entries.includes(id))).toEqual([]);
  });

  it('names only settings that exist', () => {
    const words = [...markdown.matchAll(/`([a-z]+(?:[A-Z0-9][A-Za-z]*)+)`/g)].map(([, word]) => word ?? '');
    const stageSettings = ['alipayQrLogin', 'appDownloads', 'auditCopyBucket', 'hallBodyHash', 'legacyUntil'];
    expect(words.length).toBeGreaterThan(20);
    expect(words.filter((word) => !(word in defaultPolicies) && !stageSettings.includes(word))).toEqual([]);
  });
});

describe('docs/rules.zh.md, the summary for the bureau’s own people', () => {
  const summary = readFileSync('docs/rules.zh.md', 'utf8');

  it('holds every rule exactly once, in the same order', () => {
    expect(ruleEntries(summary)).toEqual(entries);
  });

  it('quotes codes, settings and sentences as the same rule has them', () => {
    const quoted = new Set<string>();
    const wrong = entries.flatMap((id) => {
      const quotes = [...entryOf(summary, id).matchAll(/`([^`]+)`/g)].map(([, quote = '']) => quote);
      for (const quote of quotes) quoted.add(quote);
      return quotes
        .filter((quote) => !entryOf(markdown, id).includes(quote))
        .map((quote) => `${id}: ${quote}`);
    });
    expect(wrong).toEqual([]);
    expect(quoted.size).toBeGreaterThan(60);
  });

  it('says the same source of a rule', () => {
    const sources = (page: string, id: string) =>
      [...new Set(entryOf(page, id).match(/\[[SFD]\]/g) ?? [])].sort().join('');
    expect(entries.filter((id) => sources(summary, id) !== sources(markdown, id))).toEqual([]);
  });
});

describe('tests', () => {
  it('name only rules that exist', () => {
    const own = 'test/docs/rules.test.ts';
    const unknown = globSync('test/**/*.test.ts')
      .filter((file) => file !== own)
      .flatMap((file) => ruleIdsIn(readFileSync(file, 'utf8')).map((id) => ({ file, id })))
      .filter(({ id }) => !entries.includes(id));
    expect(unknown).toEqual([]);
  });

  it('of every rule some are no long ones: `npm test` runs them', () => {
    const quick = ruleTitles()
      .filter(({ call, long }) => call !== 'describe' && !long)
      .flatMap(({ ids }) => ids);
    expect(entries.filter((id) => !quick.includes(id))).toEqual([]);
  });
});

describe('npm run rules', () => {
  it('reads lists and ranges of ids', () => {
    expect(ruleIdsIn('two rules: LCK-1, LCK-2')).toEqual(['LCK-1', 'LCK-2']);
    expect(ruleIdsIn('a range: LGN-9…LGN-11').sort()).toEqual(['LGN-10', 'LGN-11', 'LGN-9']);
    expect(ruleIdsIn('a range with spaces: SES-1 … SES-3').sort()).toEqual(['SES-1', 'SES-2', 'SES-3']);
    expect(ruleIdsIn('no range: REG-1 … SMS-3')).toEqual(['REG-1', 'SMS-3']);
  });

  it('takes other ids for what they are', () => {
    expect(ruleIdsIn('PWD-02, TOK-03, SHA-256, GB 11643-1999, XREG-1')).toEqual([]);
  });

  it('counts tests by rule; one failure makes a rule fail, a skipped test shows nothing', () => {
    const report: Report = {
      testResults: [
        {
          name: 'a.test.ts',
          status: 'failed',
          assertionResults: [
            { fullName: 'login LCK-1 counts', status: 'passed' },
            { fullName: 'login LCK-1, LCK-2 lock', status: 'failed' },
            { fullName: 'login SMS-1 limits', status: 'passed' },
            { fullName: 'login QR-1 scans', status: 'skipped' },
            { fullName: 'something else', status: 'failed' },
          ],
        },
        { name: 'broken.test.ts', status: 'failed', assertionResults: [] },
      ],
    };
    const titles = [{ ids: ['LCK-1', 'QR-1'] }, { ids: ['SMS-1'] }];
    const table = tableOf(['LCK-1', 'LCK-2', 'SMS-1', 'QR-1', 'QR-2'], titles, [report]);
    expect(table.rows).toEqual([
      { rule: 'LCK-1', titles: 1, passed: 1, failed: 1, state: 'FAIL' },
      { rule: 'LCK-2', titles: 0, passed: 0, failed: 1, state: 'FAIL' },
      { rule: 'SMS-1', titles: 1, passed: 1, failed: 0, state: 'pass' },
      { rule: 'QR-1', titles: 1, passed: 0, failed: 0, state: 'not run' },
      { rule: 'QR-2', titles: 0, passed: 0, failed: 0, state: '—' },
    ]);
    expect(table.otherFailures).toEqual(['something else', 'broken.test.ts']);
    expect(printed(table)).toContain('5 rules: 1 pass, 2 fail, 1 not run, 1 without a test yet');
  });

  it('adds the reports of several runs up', () => {
    const ran = (status: string): Report => ({
      testResults: [
        { name: 'a.test.ts', status: 'passed', assertionResults: [{ fullName: 'QR-1 scans', status }] },
      ],
    });
    expect(tableOf(['QR-1'], [], [ran('passed'), ran('skipped'), ran('passed')]).rows).toEqual([
      { rule: 'QR-1', titles: 0, passed: 2, failed: 0, state: 'pass' },
    ]);
  });

  it('reads titles from the source, and lists those of a rule or of a group', () => {
    const source = `
describe('QR-1 a scan', () => {
  it('QR-2 is shown', async () => {});
  it.each(rows)('QR-3 %s', run);
  long('SMS-1 is sent', () => {});
  it('QR-12 waits', { tags: ['long'] }, () => {});
  expect(found).toBe('QR-1');
});`;
    const titles = ruleTitlesIn('a.test.ts', source);
    expect(titlesOf(['QR'], titles)).toEqual([
      'a.test.ts:2  QR-1 a scan',
      'a.test.ts:3  QR-2 is shown',
      'a.test.ts:4  QR-3 %s',
      'a.test.ts:6  QR-12 waits  (long)',
    ]);
    expect(titlesOf(['QR-1', 'SMS-1'], titles)).toEqual([
      'a.test.ts:2  QR-1 a scan',
      'a.test.ts:5  SMS-1 is sent  (long)',
    ]);
  });
});
