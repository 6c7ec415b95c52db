import { globSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { logEvents } from '#contract/log-events.ts';
import { writeLine } from '#gateways/log.ts';

const rows = readFileSync('docs/log-events.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| |\s*\|$/g, '').trim()));
const sources = ['functions', 'shared'].flatMap((folder) => globSync(`${folder}/**/*.ts`));
const catalogue = 'shared/contract/log-events.ts';

describe('docs/log-events.md', () => {
  it('lists every event with its level and writer, and no other', () => {
    const told = rows.map(([name = '', level, by]) => [name.replaceAll('`', ''), level, by].join(' | '));
    const real = Object.entries(logEvents).map(([name, { levels, by }]) =>
      [name, levels.join(', '), by].join(' | '),
    );
    expect(
      real.filter((line) => !told.includes(line)),
      'rows to add, each as | `name` | level | written by | fields | what to do |',
    ).toEqual([]);
    expect(
      told.filter((line) => !real.includes(line)),
      `rows to remove: ${catalogue} has no such event`,
    ).toEqual([]);
  });

  it('says of each which fields it has and what to do', () => {
    expect(rows.filter((row) => row.length !== 5 || row.some((cell) => cell === ''))).toEqual([]);
  });

  it.each(Object.keys(logEvents))('%s is written somewhere', (name) => {
    const users = sources.filter(
      (file) => file !== catalogue && readFileSync(file, 'utf8').includes(`'${name}'`),
    );
    expect(users).not.toEqual([]);
  });
});

describe('a log line', () => {
  afterEach(() => vi.restoreAllMocks());

  it('is written in one place only', () => {
    const writers = sources.filter((file) =>
      /\bconsole\.\w+\(|process\.std(out|err)\b/.test(readFileSync(file, 'utf8')),
    );
    expect(writers).toEqual(['shared/gateways/log.ts']);
  });

  it('LOG-02 is one line, whatever is in it', () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    writeLine({ level: 'ERROR', event: 'message-failed', cause: 'a\n{"level":"INFO"}\r\u2028b' });
    const [[text]] = write.mock.calls as [[string]];
    expect(text.trimEnd().split(/[\r\n]/)).toHaveLength(1);
    expect(JSON.parse(text)).toMatchObject({ event: 'message-failed' });
  });
});
