import { describe, expect, it } from 'vitest';
import { problemStatus } from '#domain/problem.ts';
import { helpAnchors, helpFor, unseenRefusals } from '../../portal/src/components/help-anchors.ts';
import { chapters } from '../../portal/src/pages/help/answers.ts';
import { csvOf } from '../../portal/src/pages/me/activity/csv.ts';

const answers = chapters.flatMap((chapter) => chapter.answers);

describe('the help of the portal', () => {
  it('LGN-8 every refusal that people see has an answer; each answer has its own anchor', () => {
    const ids = answers.map(({ id }) => id);
    expect(new Set([...ids, ...chapters.map(({ id }) => id)]).size).toBe(ids.length + chapters.length);
    for (const anchor of helpAnchors) expect(ids).toContain(anchor);
    const unseen: readonly string[] = unseenRefusals;
    for (const code of Object.keys(problemStatus))
      expect(helpFor(code) === undefined, code).toBe(unseen.includes(code));
  });

  it('is written in four chapters and both languages', () => {
    expect(chapters).toHaveLength(4);
    for (const { id, zh, en } of answers) {
      expect(zh.join(''), id).toMatch(/\p{Script=Han}/u);
      expect(en.join(''), id).not.toMatch(/\p{Script=Han}/u);
      expect(en[1].length, id).toBeGreaterThan(40);
    }
  });
});

describe('the own history as a file', () => {
  it('SES-4 no cell runs as a formula, and quotes stay what they are', () => {
    expect(csvOf([['=1+1', 'a"b', '登录']])).toBe('\uFEFF"\'=1+1","a""b","登录"\r\n');
  });
});
