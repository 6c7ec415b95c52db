import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, progress, say, title, verdict } from './print.ts';

const times = 3;
const limitSeconds = 15;

/** Part `start`: the time from the command to `ready`, without data of an earlier run. */
export async function timeStart(): Promise<void> {
  title('Start to ready, --in-memory');
  const taken: number[] = [];
  for (let i = 1; i <= times; i++) {
    progress(`start ${i} of ${times}`);
    taken.push(await startOnce());
  }
  const middle = median(taken);
  say(
    `${middle.toFixed(1)} s (median of ${taken.map((s) => s.toFixed(1)).join(', ')}); limit ${limitSeconds} s: ${verdict(middle, limitSeconds)}`,
  );
}

async function startOnce(): Promise<number> {
  const main = fileURLToPath(new URL('../infra/local/main.ts', import.meta.url));
  const startedAt = performance.now();
  const child = spawn(process.execPath, [main, '--port', '0', '--in-memory', '--no-portal'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    let said = '';
    child.stdout.setEncoding('utf8');
    for await (const chunk of child.stdout) {
      said += chunk;
      if (/^ready http/m.test(said)) return (performance.now() - startedAt) / 1000;
    }
    throw new Error(`The local runtime did not get ready:\n${said}`);
  } finally {
    child.kill('SIGINT');
    await exited;
  }
}
