import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import argon2 from 'argon2';
import { afterEach, describe, expect, inject } from 'vitest';
import { allowing } from '../support/patience.ts';
import { keeping, long } from '../support/variants.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The project's own Node.js, whatever Node.js runs the tests. */
const node = join(root, 'node_modules/node/bin/node');
const fixture = join(root, 'test/runtime/fixtures/run.ts');
const main = join(root, 'infra/local/main.ts');

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

interface Run {
  readonly child: ChildProcess;
  out: string;
  err: string;
  readonly ended: Promise<number | null>;
}

function run(file: string, args: string[], env: Record<string, string> = {}): Run {
  const child = spawn(node, [file, ...args], { env: { PATH: process.env.PATH ?? '', ...env }, cwd: root });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const state: Run = { child, out: '', err: '', ended };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    state.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    state.err += text;
  });
  cleanups.push(() => child.kill('SIGKILL'));
  return state;
}

async function ready(started: Run): Promise<string> {
  await expect
    .poll(() => /ready (\S+)/.exec(started.out) ?? started.err, { timeout: allowing(30_000), interval: 50 })
    .toHaveProperty('index');
  return /ready (\S+)/.exec(started.out)?.[1] ?? '';
}

/** The ids of all processes below one process, from /proc. */
function descendants(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
        return [{ pid: Number(name), parent: Number(fields[1]) }];
      } catch {
        return [];
      }
    });
  const below = (of: number): number[] =>
    parents.filter((p) => p.parent === of).flatMap((p) => [p.pid, ...below(p.pid)]);
  return below(pid);
}
function alive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8');

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ahtax-test-'));
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function withItem(url: string, op: 'PutItem' | 'GetItem'): Promise<unknown> {
  const item = { pk: { S: 'kept' } };
  const input = { TableName: 'fixture-Things', ...(op === 'PutItem' ? { Item: item } : { Key: item }) };
  const answer = await fetch(`${url}/probe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ do: 'steps', steps: [[{ op, input }]] }),
  });
  return answer.json();
}

describe('processes', () => {
  keeping(1)([['SIGTERM'], ['SIGKILL']] as const)('none is left after %s', async (signal) => {
    const started = run(fixture, []);
    await ready(started);
    const children = descendants(started.child.pid ?? 0);
    expect(children.map(commandOf).join()).toContain('dynamodb-local.xml');
    started.child.kill(signal);
    await started.ended;
    await expect.poll(() => children.filter(alive), { timeout: allowing(5_000), interval: 20 }).toEqual([]);
  });

  long('DynamoDB Local listens on 127.0.0.1 only', async () => {
    const started = run(fixture, []);
    await ready(started);
    const owners = new Set(
      [started.child.pid ?? 0, ...descendants(started.child.pid ?? 0)].flatMap((pid) =>
        readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
          try {
            return [String(statSync(`/proc/${pid}/fd/${fd}`).ino)];
          } catch {
            return [];
          }
        }),
      ),
    );
    const listening = ['tcp', 'tcp6']
      .flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1))
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && owners.has(String(inode)))
      .map(([, address]) => address?.split(':')[0]);
    expect(listening).toHaveLength(3);
    for (const address of listening)
      expect(['0100007F', '0000000000000000FFFF00000100007F']).toContain(address);
  });
});

describe('a function that dies while native code runs for it', () => {
  const ask = async (url: string, body: object) => {
    const answer = await fetch(`${url}/probe`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, text: await answer.text() };
  };

  keeping(1)(['exit', 'throw'])('takes nobody with it: %s', async (dies) => {
    const started = run(fixture, [], { DYNAMODB_ENDPOINT: inject('dynamodbEndpoint') });
    const url = await ready(started);
    for (let time = 1; time <= 2; time++) {
      expect((await ask(url, { do: 'hashing', dies })).status).toBe(500);
      await expect
        .poll(async () => (await ask(url, { do: 'env' })).status, { timeout: allowing(10_000) })
        .toBe(200);
    }
    const { status, text } = await ask(url, { do: 'hash', password: 'Wanjiang#2058' });
    expect(status).toBe(200);
    expect(await argon2.verify(JSON.parse(text), 'Wanjiang#2058')).toBe(true);
    started.child.kill('SIGTERM');
    expect(await started.ended).toBe(0);
  });
});

describe('data folder', () => {
  long('keeps data, secrets and keys over a restart, readable by the owner only', async () => {
    const directory = folder();
    const first = run(fixture, [directory]);
    expect(await withItem(await ready(first), 'PutItem')).toMatchObject([[{ ok: true }]]);
    const secrets = readFileSync(join(directory, 'secrets.json'), 'utf8');
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);

    const second = run(fixture, [directory]);
    expect(await withItem(await ready(second), 'GetItem')).toMatchObject([
      [{ answer: { Item: { pk: { S: 'kept' } } } }],
    ]);
    expect(readFileSync(join(directory, 'secrets.json'), 'utf8')).toBe(secrets);
    for (const file of ['secrets.json', 'kms.json', 'channel-keys.json'])
      expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);

    const third = run(fixture, [directory]);
    expect(await third.ended).toBe(1);
    expect(third.err).toContain('in use by process');
  });

  long('starts again after a run that was killed', async () => {
    const directory = folder();
    const first = run(fixture, [directory]);
    await ready(first);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await ready(run(fixture, [directory]))).toMatch(/^http/);
  });

  keeping(1)(['secrets.json', 'channel-keys.json', 'runtime.json'])(
    'says in one sentence that %s is broken',
    async (file) => {
      const directory = folder();
      writeFileSync(join(directory, file), '{"half');
      const started = run(fixture, [directory], { DYNAMODB_ENDPOINT: inject('dynamodbEndpoint') });
      expect(await started.ended).toBe(1);
      expect(started.err).toMatch(
        /^The data folder is broken: \S+ can't be read; delete the data folder and start again\.\n数据目录已损坏.+\n$/,
      );
    },
  );

  long('says in one sentence that it is a file', async () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o600);
    const started = run(fixture, [file]);
    expect(await started.ended).toBe(1);
    expect(started.err).toMatch(/^The data folder .+ can't be used \(EEXIST\).+\n无法使用数据目录.+\n$/);
  });
});

describe('npm start', () => {
  long('without Java says what to install, at once', async () => {
    const started = run(main, ['--in-memory', '--port', '0'], { PATH: '/nonexistent' });
    expect(await started.ended).toBe(1);
    expect(started.err).toMatch(
      /^Java is missing: .*default-jre-headless.*DYNAMODB_ENDPOINT.*\n缺少 Java.*\n$/,
    );
  });

  long('says in one sentence that the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => server.close());
    const { port } = server.address() as { port: number };
    const started = run(main, ['--in-memory', '--port', String(port)]);
    expect(await started.ended).toBe(1);
    expect(started.err).toBe(
      `Port ${port} is taken: stop what uses it, or choose another with --port.\n端口 ${port} 已被占用：请停止占用它的程序，或用 --port 另选端口。\n`,
    );
  });

  long('says in one sentence that no DynamoDB Local answers', async () => {
    const started = run(main, ['--in-memory', '--port', '0'], { DYNAMODB_ENDPOINT: 'http://127.0.0.1:1' });
    expect(await started.ended).toBe(1);
    expect(started.err).toContain('No DynamoDB Local answers at DYNAMODB_ENDPOINT');
  });

  keeping(1)([
    [['--fast']],
    [['--port']],
    [['--port', 'x']],
    [['--port', '70000']],
    [['--challenge-after', '-1']],
    [['up']],
  ])('refuses the flags %j with the usage', async (args) => {
    const started = run(main, args);
    expect(await started.ended).toBe(1);
    expect(started.err).toMatch(/Usage: npm start -- .*\n.*用法：npm start -- .*\n$/);
    expect(started.out).toBe('');
  });
});
