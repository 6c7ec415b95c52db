import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Door, openDoor } from '../support/door.ts';

/** The journey that both READMEs print, run as a newcomer would: pasted into bash. */
const journeyIn = (file: string): string | undefined =>
  /```bash\n([\s\S]*?)```/.exec(readFileSync(file, 'utf8'))?.[1];
const journey = journeyIn('README.md') ?? '';
const tools = ['bash', 'curl'].every((tool) => spawnSync(tool, ['--version']).status === 0);

describe('README', () => {
  it('is the same journey in both languages, ten lines after the helpers', () => {
    expect(journeyIn('README.zh-CN.md')).toBe(journey);
    expect(journey.split('\n\n')[1]?.trim().split('\n')).toHaveLength(10);
  });

  describe.skipIf(!tools)('by curl', () => {
    let door: Door;
    beforeAll(async () => {
      door = await openDoor();
    });
    afterAll(() => door?.stop());

    it('REG-1, LGN-3 leads from registration to a session', async () => {
      const { stdout } = await promisify(execFile)('bash', ['-e', '-c', journey], {
        env: { ...process.env, B: door.url },
      });
      expect(stdout).toContain('"realNameLevel":4');
      const last = JSON.parse(stdout.slice(stdout.lastIndexOf('{"session"')));
      expect(last.session).toMatchObject({
        identity: { kind: 'natural' },
        person: { name: '张*', realNameLevel: 4 },
      });
    });
  });
});
