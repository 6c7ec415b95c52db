import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The messages between the measured processes and the load generator, over Node's own channel. */
export type ToServer =
  | { readonly kind: 'cpu' }
  | { readonly kind: 'verify'; readonly count: number; readonly atOnce: number }
  | { readonly kind: 'profile'; readonly start: true }
  | { readonly kind: 'profile'; readonly file: string };
export type FromServer =
  /** The process listens, or is ready to verify. */
  | { readonly kind: 'ready'; readonly port: number }
  | ({ readonly kind: 'cpu' } & Cpu)
  | { readonly kind: 'verified' }
  | { readonly kind: 'profiled' };

/**
 * CPU since the start, in milliseconds: of the whole process with all threads, and of the thread that runs JavaScript.
 */
export interface Cpu {
  readonly all: number;
  readonly main: number;
}
const cpu = (): Cpu => {
  const sum = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;
  return { all: sum(process.cpuUsage()), main: sum(process.threadCpuUsage()) };
};

/** Runs in a measured process: answers questions about its CPU, and ends when the load generator ends. */
export function obey(handle: (message: ToServer) => void = () => undefined): void {
  process.on('message', (message: ToServer) => {
    if (message.kind === 'cpu') tell({ kind: 'cpu', ...cpu() });
    else handle(message);
  });
  process.on('disconnect', () => process.exit(0));
}
export const tell = (message: FromServer): void => {
  process.send?.(message);
};

/** A measured process as the load generator sees it. */
export interface Server {
  readonly name: string;
  readonly port: number;
  cpu(): Promise<Cpu>;
  verify(count: number, atOnce: number): Promise<void>;
  /** Starts V8's sampling profiler. The returned function ends it and writes the profile to a file. */
  profile(): Promise<(file: string) => Promise<void>>;
  stop(): Promise<void>;
}

/**
 * Gives one core to the measured process and the others to the load generator and DynamoDB Local. Then the CPU time
 * does not depend on which processes share a cache by chance. Undefined if that is not possible.
 */
export function pinning(): { readonly server: string; readonly rest: string } | undefined {
  const cores = availableParallelism();
  if (process.platform !== 'linux' || cores < 2 || spawnSync('taskset', ['-V']).error) return undefined;
  return { server: '0', rest: `1-${cores - 1}` };
}
export const pinSelf = (cores: string): void => {
  spawnSync('taskset', ['-acp', cores, String(process.pid)]);
};

export async function startServer(
  name: string,
  file: string,
  setup: {
    readonly args?: readonly string[];
    readonly nodeOptions?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly core?: string | undefined;
  } = {},
): Promise<Server> {
  const { args = [], nodeOptions = [], env = {}, core } = setup;
  const command = [process.execPath, ...nodeOptions, fileURLToPath(new URL(file, import.meta.url)), ...args];
  const [program = '', ...rest] = core === undefined ? command : ['taskset', '-c', core, ...command];
  const child = spawn(program, rest, {
    env: { PATH: process.env.PATH ?? '', TZ: 'UTC', NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  // The output is read and dropped: the functions write a log line for each request, as they do on Lambda.
  child.stdout?.resume();
  const send = (message: ToServer): void => void child.send(message);
  const { port } = await next(child, name, 'ready');
  return {
    name,
    port,
    cpu: async () => {
      send({ kind: 'cpu' });
      return next(child, name, 'cpu');
    },
    verify: async (count, atOnce) => {
      send({ kind: 'verify', count, atOnce });
      await next(child, name, 'verified');
    },
    profile: async () => {
      send({ kind: 'profile', start: true });
      await next(child, name, 'profiled');
      return async (file) => {
        send({ kind: 'profile', file });
        await next(child, name, 'profiled');
      };
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await once(child, 'exit');
      clearTimeout(late);
    },
  };
}

function next<K extends FromServer['kind']>(
  child: ChildProcess,
  name: string,
  kind: K,
): Promise<Extract<FromServer, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      child.off('message', heard);
      child.off('exit', died);
    };
    const heard = (message: FromServer): void => {
      if (message.kind !== kind) return;
      settle();
      resolve(message as Extract<FromServer, { kind: K }>);
    };
    const died = (code: number | null): void => {
      settle();
      reject(new Error(`The benchmark's process "${name}" ended with code ${code}`));
    };
    child.on('message', heard);
    child.on('exit', died);
  });
}
