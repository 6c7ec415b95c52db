import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { PlainError } from '../http/plain-error.ts';

/** Where a run keeps what survives it. */
export interface DataFolder {
  file(name: string): string;
  /** Makes the folder free for the next run. */
  release(): void;
}

/** Opens the data folder for this process alone. Throws PlainError if it cannot be used. */
export function openDataFolder(directory: string): DataFolder {
  const lock = join(directory, 'lock');
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    takeLock(lock, directory);
  } catch (error) {
    if (error instanceof PlainError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new PlainError(
      `The data folder ${directory} can't be used (${reason}): make it writable, or start with --in-memory.`,
      `无法使用数据目录 ${directory}（${reason}）：请确认可写，或使用 --in-memory 启动。`,
      { cause: error },
    );
  }
  return { file: (name) => join(directory, name), release: () => rmSync(lock, { force: true }) };
}

function takeLock(lock: string, directory: string): void {
  for (;;) {
    try {
      const handle = openSync(lock, 'wx', 0o600);
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(readFileSync(lock, 'utf8'));
    if (isAlive(owner))
      throw new PlainError(
        `The data folder ${directory} is in use by process ${owner}: stop it first, or start with --in-memory.`,
        `数据目录 ${directory} 正被进程 ${owner} 使用：请先停止该进程，或使用 --in-memory 启动。`,
      );
    // The process that had the folder died without releasing it.
    rmSync(lock, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    // The process number may belong to another process by now; in a container it does at every start.
    const command = `/proc/${pid}/cmdline`;
    return !existsSync(command) || readFileSync(command, 'utf8').includes('node');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
