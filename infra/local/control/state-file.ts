import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isObject, parseJson } from '../http/json.ts';
import { PlainError } from '../http/plain-error.ts';

/** A small JSON state in the data folder, readable only by its owner; in memory if no file is given. */
export interface StateFile<T> {
  readonly state: T;
  save(): void;
}

/** @throws PlainError if the file exists but cannot be read */
export function openState<T extends object>(file: string | undefined, initial: T): StateFile<T> {
  if (file === undefined) return { state: initial, save: () => undefined };
  const state = { ...initial, ...read(file) };
  return {
    state,
    save: () => {
      // A rename is atomic: after a crash the file is the old or the new one, never half of it.
      const draft = `${file}.new`;
      writeFileSync(draft, JSON.stringify(state), { mode: 0o600 });
      chmodSync(draft, 0o600);
      renameSync(draft, file);
    },
  };
}

function read(file: string): object {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw broken(file, error);
  }
  const parsed = parseJson(text);
  if (!isObject(parsed)) throw broken(file, undefined);
  return parsed;
}

const broken = (file: string, cause: unknown): PlainError =>
  new PlainError(
    `The data folder is broken: ${file} can't be read; delete the data folder and start again.`,
    `数据目录已损坏：无法读取 ${file}；请删除数据目录后重新启动。`,
    { cause },
  );
