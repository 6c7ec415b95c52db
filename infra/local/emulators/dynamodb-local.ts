import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createConnection, createServer, Socket } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlainError } from '../http/plain-error.ts';

export interface DynamoDbLocal {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** Ends the process and waits until it is gone. Safe to call twice. */
  stop(): Promise<void>;
}

const startSeconds = 30;
const emulator = (): string => {
  const from = createRequire(import.meta.url);
  return join(dirname(from.resolve('amplify-dynamodb-simulator/package.json')), 'emulator');
};

/**
 * A shell stands between this process and Java, and ends Java when its standard input closes. The kernel closes it
 * however this process ends, so that even a SIGKILL leaves no Java process behind.
 */
const watchdog = `
exec 3<&0
"$@" </dev/null 3<&- &
java=$!
trap 'kill $java 2>/dev/null' TERM INT HUP
(
  trap '' INT
  cat <&3 >/dev/null
  kill $java 2>/dev/null
  for tick in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    kill -0 $java 2>/dev/null || exit 0
    sleep 0.1
  done
  kill -9 $java 2>/dev/null
) &
watch=$!
exec 3<&-
wait $java
status=$?
kill $watch 2>/dev/null
exit $status`;

/**
 * Starts the official DynamoDB Local on a free port of 127.0.0.1 and resolves when it accepts requests.
 * @param dbPath where the data are stored; without it they are in memory
 * @throws PlainError if Java is missing or DynamoDB Local does not start
 */
export async function startDynamoDbLocal({ dbPath }: { dbPath?: string } = {}): Promise<DynamoDbLocal> {
  if (!javaIsThere()) throw javaMissing();
  if (dbPath) mkdirSync(dbPath, { recursive: true, mode: 0o700 });
  // Another process may take the port between our check and Java's bind: then another port is tried.
  for (let attempt = 1; ; attempt++) {
    const started = await launch(await freePort(), dbPath);
    if (typeof started !== 'string') return started;
    if (attempt === 3 || !/address already in use|failed to bind/i.test(started))
      throw new PlainError(
        `DynamoDB Local did not start: ${started || 'no message'}`,
        `DynamoDB Local 未能启动：${started || '没有输出'}`,
      );
  }
}

/**
 * The DynamoDB Local that is running already, or a new one.
 * @param endpoint of one that is running; by default the environment's DYNAMODB_ENDPOINT
 * @throws PlainError if nothing answers there, or as startDynamoDbLocal does
 */
export async function openDynamoDb(
  endpoint = process.env.DYNAMODB_ENDPOINT,
  dbPath?: string,
): Promise<DynamoDbLocal> {
  if (!endpoint) return startDynamoDbLocal(dbPath === undefined ? {} : { dbPath });
  try {
    await fetch(endpoint, { signal: AbortSignal.timeout(5_000) });
    return { endpoint, stop: async () => undefined };
  } catch (error) {
    throw new PlainError(
      `No DynamoDB Local answers at DYNAMODB_ENDPOINT (${endpoint}).`,
      `DYNAMODB_ENDPOINT（${endpoint}）没有可用的 DynamoDB Local。`,
      { cause: error },
    );
  }
}

function javaIsThere(): boolean {
  const directories = (process.env.PATH ?? '').split(delimiter);
  return directories.some((directory) => directory !== '' && existsSync(join(directory, 'java')));
}

function javaMissing(): PlainError {
  return new PlainError(
    'Java is missing: install it (Debian: apt-get install default-jre-headless), or start with DYNAMODB_ENDPOINT set to a DynamoDB Local that already runs.',
    '缺少 Java：请安装（Debian：apt-get install default-jre-headless），或在启动时将 DYNAMODB_ENDPOINT 设为已在运行的 DynamoDB Local 地址。',
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port');
  return address.port;
}

/** The running process, or its output if it gave up. */
async function launch(port: number, dbPath: string | undefined): Promise<DynamoDbLocal | string> {
  const home = emulator();
  const java = [
    'java',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Xshare:auto',
    // The configuration is this folder's own file; validating it would search for a schema elsewhere.
    '-Dorg.eclipse.jetty.xml.XmlParser.Validating=false',
    '-Dorg.eclipse.jetty.LEVEL=WARN',
    `-Djava.library.path=${join(home, 'DynamoDBLocal_lib')}`,
    '-cp',
    [join(home, 'DynamoDBLocal.jar'), join(home, 'DynamoDBLocal_lib', '*')].join(delimiter),
    'org.eclipse.jetty.xml.XmlConfiguration',
    `port=${port}`,
    `inMemory=${dbPath === undefined}`,
    ...(dbPath === undefined ? [] : [`dbPath=${dbPath}`]),
    fileURLToPath(new URL('./dynamodb-local.xml', import.meta.url)),
  ];
  const child = spawn('/bin/sh', ['-c', watchdog, 'dynamodb-local', ...java], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000);
  });
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const deadline = performance.now() + startSeconds * 1_000;
  while (child.exitCode === null && performance.now() < deadline) {
    if (await answers(port)) {
      // Otherwise the pipe alone would keep a finished parent process alive.
      child.unref();
      for (const pipe of [child.stdin, child.stderr]) if (pipe instanceof Socket) pipe.unref();
      return { endpoint: `http://127.0.0.1:${port}`, stop: () => stop(child, ended) };
    }
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 25))]);
  }
  await stop(child, ended);
  return (
    said
      .split('\n')
      .find((line) => /exception|error/i.test(line))
      ?.trim() ?? said.trim()
  );
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  child.stdin?.end();
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(late);
}
