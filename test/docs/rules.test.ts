import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultPolicies } from '#domain/policies.ts';
import { ruleEntries, ruleIdsIn } from '../support/rule-ids.ts';
import { printed, type Report, tableOf } from '../support/rules-table.ts';

const markdown = readFileSync('docs/rules.md', 'utf8');
const entries = ruleEntries(markdown);

/** The text of one rule on a page: to the end of its line. */
const entryOf = (page: string, id: string): string => page.split(`\n- **${id}**`)[1]?.split('\n')[0] ?? '';

/** How many rules each group has; a rule that vanishes or appears has to be meant. */
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

/** Numbers that are kept for what is not there yet. */
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
    const title = /(?:\b(\w+)(?:\.\w+)?|\))\(\s*(['"`])((?:\\.|(?!\2).)*)\2(,\s*\{[^}]*tags: \['long'\])?/g;
    const quick = globSync('test/**/*.test.ts')
      .filter((file) => file !== 'test/docs/rules.test.ts')
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(title)])
      .filter(([, call = 'it', , , tagged]) => ['it', 'test', 'look'].includes(call) && !tagged)
      .flatMap(([, , , text = '']) => ruleIdsIn(text));
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
    const table = tableOf(['LCK-1', 'LCK-2', 'SMS-1', 'QR-1'], report);
    expect(table.rows).toEqual([
      { rule: 'LCK-1', tests: 2, state: 'FAIL' },
      { rule: 'LCK-2', tests: 1, state: 'FAIL' },
      { rule: 'SMS-1', tests: 1, state: 'pass' },
      { rule: 'QR-1', tests: 0, state: '—' },
    ]);
    expect(table.otherFailures).toEqual(['something else', 'broken.test.ts']);
    expect(printed(table)).toContain('4 rules: 1 pass, 2 fail, 1 without a test yet');
  });
});
