import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { logEvents } from '#contract/log-events.ts';
import { type TableDeclaration, tables } from '#contract/tables.ts';
import { flows } from '#flows/contracts.ts';
import { queries } from '../../infra/alarms/queries.ts';
import { boundaryName, deployerName, deployPolicyName } from '../../infra/deploy/policies.ts';
import { resolveStage } from '../../infra/stage.ts';
import { stackNames } from '../../infra/synth.ts';
import { type Assembly, assembly, synthTimeout } from '../infra/assembly.ts';

const page = readFileSync('docs/operations.md', 'utf8');
const [restore = ''] = /^## Backup and restore$[\s\S]*?(?=^## )/m.exec(page) ?? [];
const named = (text: string): string[] => [...text.matchAll(/`(\w[\w-]*)`/g)].map(([, name = '']) => name);

it('the way back names every table that has no recovery, and every one whose stream a restored table has not', () => {
  const all = Object.entries<TableDeclaration>(tables);
  const passing = all.flatMap(([name, { keeps }]) => (keeps === 'passing' ? [name] : []));
  const [row = ''] = restore.split('\n').filter((line) => line.includes('they hold what expires by rule'));
  expect(named(row).toSorted()).toEqual(passing.toSorted());

  const streamed = all.flatMap(([name, { keeps, streams }]) =>
    streams && keeps !== 'passing' ? [name] : [],
  );
  const sentence = /Tables with a stream \(([^)]*)\)/.exec(restore)?.[1] ?? '';
  expect(named(sentence).toSorted()).toEqual(streamed.toSorted());
  const listeners = flows.flatMap(({ name, trigger }) => (trigger?.kind === 'stream' ? [name] : []));
  const said = /the functions ([^.]*?) listen to the old one/.exec(restore)?.[1] ?? '';
  expect(named(said).toSorted()).toEqual(listeners.toSorted());
});

/** The texts that the page asks a person to type or to look for. */
const quoted = [
  ...[...page.matchAll(/```(?:\w+)?\n([\s\S]*?)```/g)].map(([, text = '']) => text),
  ...[...page.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`]+)`/g)].map(([, text = '']) => text),
];

describe('whoever acts by the page finds what it names', () => {
  let built: Assembly;
  beforeAll(async () => {
    built = await assembly('prod');
  }, synthTimeout);

  it('OPS-02 functions, queues, tables, stacks, secrets, logs and saved queries of these names', () => {
    const names = new Set<string>();
    for (const { Properties } of built.resources)
      for (const [property, value] of Object.entries(Properties))
        if (/Name$/.test(property) && typeof value === 'string') names.add(value.replace(/^alias\//, ''));
    const stage = resolveStage('prod', { rehearsal: true });
    for (const name of [
      ...Object.values(stackNames(stage)),
      boundaryName('prod'),
      deployPolicyName('prod'),
      deployerName('prod'),
      `${deployerName('prod')}-trust`,
    ])
      names.add(name);
    // The name of a table that a person restores, and a prefix that many names have.
    for (const name of ['ahtax-prod-Users-restored', 'ahtax-prod-']) names.add(name);
    const asked = quoted.flatMap((text) => text.match(/ahtax-prod[\w/-]*(?:<\w+>[\w-]*)?/g) ?? []);
    expect(asked.length).toBeGreaterThan(60);
    const filled = (name: string): string[] =>
      name.includes('<')
        ? [...flows.map((flow) => flow.name), 'people'].map((one) => name.replace(/<(flow|group)>/, one))
        : [name];
    expect(asked.filter((name) => !filled(name).some((one) => names.has(one)))).toEqual([]);
    const logs = quoted.flatMap((text) => text.match(/\/aws\/lambda\/ahtax-prod-[\w-]+$/g) ?? []);
    for (const log of logs) if (!log.endsWith('-')) expect(names).toContain(log);
  });

  it('OPS-02 scripts and commands of these names', () => {
    const { scripts, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
    const run = quoted.flatMap((text) =>
      [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name),
    );
    expect(run.length).toBeGreaterThan(8);
    for (const name of run) expect(Object.keys(scripts)).toContain(name);
    for (const text of quoted)
      for (const [, name] of text.matchAll(/npx ([\w-]+)/g)) {
        expect(name).toBe('cdk');
        expect(devDependencies).toHaveProperty('aws-cdk');
      }
    const help = execFileSync('node_modules/.bin/cdk', ['--help'], { encoding: 'utf8' });
    const known = [...help.matchAll(/^ +cdk ([\w-]+)/gm)].map(([, name]) => name);
    const used = quoted.flatMap((text) => [...text.matchAll(/npx cdk ([\w-]+)/g)].map(([, name]) => name));
    expect(used.length).toBeGreaterThan(3);
    for (const name of used) expect(known).toContain(name);
    // A call by hand must name the alias `live` and must have no time limit for the answer.
    for (const text of quoted)
      for (const [call] of text.matchAll(/aws lambda invoke[^\n]*/g))
        expect(call).toMatch(/--cli-read-timeout 0 --function-name ahtax-prod-[\w<>-]+:live /);
  });

  it('OPS-02 settings, codes, log lines, metrics and fields of these names', () => {
    const sources = execFileSync(
      'git',
      ['grep', '-hoE', '[A-Za-z_][A-Za-z0-9_-]*', '--', 'infra', 'shared', 'functions'],
      {
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
      },
    );
    const words = new Set(sources.split('\n'));
    // Names of errors of AWS, of the machine, and of examples with people.
    const others = new Set([
      'AbortError',
      'AwsError',
      'create-event-source-mapping',
      'delete-function-concurrency',
      'get-item',
      'put-function-concurrency',
      'put-item',
    ]);
    const named = quoted.filter(
      (text) => /^[A-Za-z][\w-]*(\.[a-z]\w*)*$/.test(text) && !text.startsWith('ahtax-'),
    );
    expect(named.length).toBeGreaterThan(150);
    const parts = (text: string): string[] => (text.endsWith('.json') ? [] : text.split('.'));
    const alarms = built.of('AWS::CloudWatch::Alarm').map(({ Properties }) => String(Properties.AlarmName));
    const unknown = named
      .filter(
        (text) =>
          !alarms.some((one) => one === `ahtax-prod-${text}` || one.startsWith(`ahtax-prod-${text}-`)) &&
          !others.has(text),
      )
      .flatMap(parts)
      .filter((one) => !words.has(one) && !others.has(one));
    expect([...new Set(unknown)]).toEqual([]);
  });
});

/** The fields of each kind of line, as docs/log-events.md lists them; another test compares that page with the code. */
const fieldsOf = new Map(
  [
    ...readFileSync('docs/log-events.md', 'utf8').matchAll(
      /^\| `([\w-]+)` \| [^|]+ \| [^|]+ \| ([^|]*) \|/gm,
    ),
  ].map(([, name = '', cell = '']) => [
    name,
    [...cell.matchAll(/`(\w+)\??`/g)].map(([, field = '']) => field),
  ]),
);

it.each(Object.entries(queries))(
  'OPS-02 saved query %s asks for fields that its lines have',
  (_name, { lines }) => {
    const text = lines.join('\n');
    const asked = [...text.matchAll(/event (?:= |in \[)((?:"[\w-]+"(?:, )?)+)/g)].flatMap(([, list = '']) =>
      [...list.matchAll(/"([\w-]+)"/g)].map(([, event = '']) => event),
    );
    for (const event of asked) expect(Object.keys(logEvents)).toContain(event);
    const of = asked.length > 0 ? asked : Object.keys(logEvents);
    const known = new Set(of.flatMap((event) => fieldsOf.get(event) ?? []));
    for (const always of ['level', 'event', 'traceId', '@timestamp']) known.add(always);
    const made = [...text.matchAll(/ as (\w+)/g)].map(([, name = '']) => name);
    const fields = text
      .replace(/"[^"]*"/g, '')
      .match(/@?[a-zA-Z]\w*(?:\.\w+)?/g)
      ?.map((field) => field.split('.')[0] ?? '')
      .filter(
        (field) =>
          !/^(filter|stats|sort|fields|limit|by|as|in|and|asc|desc|count|count_distinct|latest|pct)$/.test(
            field,
          ),
      );
    expect(fields?.length).toBeGreaterThan(0);
    for (const field of fields ?? []) if (!made.includes(field)) expect([...known]).toContain(field);
  },
);
