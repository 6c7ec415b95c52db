import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { arrayOf, isObject, type JsonObject, objectOf, parseJson } from '../local/http/json.ts';
import { PlainError } from '../local/http/plain-error.ts';
import { fileLines } from './lines.ts';

export interface LineIssue {
  readonly line: number;
  readonly code: string;
  readonly message: string;
}
export interface Progress {
  /** Lines handed over so far, blank ones included: the position in the file. */
  lines: number;
  bytes: number;
  accepted: number;
  stale: number;
  rejected: number;
  warnings: number;
  /** Numbers taken from their holders (MIG-1). */
  emptied: number;
}
export const atStart = (): Progress => ({
  lines: 0,
  bytes: 0,
  accepted: 0,
  stale: 0,
  rejected: 0,
  warnings: 0,
  emptied: 0,
});
export interface SendProgressListener {
  rejected(issue: LineIssue): void;
  warned(issue: LineIssue): void;
  /** After each batch. */
  reached(progress: Readonly<Progress>): void;
}

const batchLines = 1_000;
const batchBytes = 1_000_000;
/**
 * How often a batch is tried, because a runtime's tables may be unavailable for a moment; repeating lines is safe
 * (ENT-3).
 */
const tries = 3;
const pauseMs = 1_000;

/**
 * Passes the lines of a file of any length to a running local runtime, batch by batch and in order, and reports
 * rejections with the file's own line numbers.
 * @param from the position reached earlier: `file` begins there
 * @throws PlainError if nothing answers, something else answers, or the runtime could not take a batch
 */
export async function sendLines(
  file: Readable,
  url: string,
  listener: SendProgressListener,
  from: Readonly<Progress> = atStart(),
): Promise<Progress> {
  const progress: Progress = { ...from };
  let batch: string[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const answer = await post(url, batch.join('\n'), progress.lines);
    const ofFile = (one: unknown): LineIssue => {
      const { line, code, message } = objectOf(one);
      return { line: progress.lines + Number(line), code: String(code), message: String(message) };
    };
    for (const one of arrayOf(answer.rejected)) listener.rejected(ofFile(one));
    for (const one of arrayOf(answer.warnings)) listener.warned(ofFile(one));
    progress.accepted += Number(answer.accepted ?? 0);
    progress.stale += Number(answer.stale ?? 0);
    progress.rejected += arrayOf(answer.rejected).length;
    progress.warnings += arrayOf(answer.warnings).length;
    progress.emptied += Number(answer.emptied ?? 0);
    progress.lines += batch.length;
    progress.bytes += bytes;
    batch = [];
    bytes = 0;
    listener.reached(progress);
  };
  for await (const line of fileLines(file)) {
    batch.push(line.text);
    bytes += line.bytes;
    if (batch.length >= batchLines || bytes >= batchBytes) await flush();
  }
  await flush();
  return progress;
}

async function post(url: string, body: string, before: number): Promise<JsonObject> {
  for (let time = 1; ; time++) {
    const answer = await once(url, body);
    if (answer.status === 200 && isObject(answer.body) && 'accepted' in answer.body) return answer.body;
    if (answer.status < 500)
      throw new PlainError(
        `${url} is no local runtime of this project: it answered ${answer.status}.`,
        `${url} 不是本项目的本地运行环境（返回 ${answer.status}）。`,
      );
    if (time === tries)
      throw new PlainError(
        `The runtime could not take the lines after line ${before} (${answer.status}). Run the same command again when it is well: it goes on there.`,
        `第 ${before} 行之后的数据未能写入（${answer.status}）。待运行环境恢复后重新执行同一命令，将从该处继续。`,
      );
    await sleep(pauseMs * time);
  }
}

async function once(url: string, body: string): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(new URL('/local/registry', url), {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body,
    });
    return { status: response.status, body: parseJson(await response.text()) };
  } catch (error) {
    throw new PlainError(
      `Nothing answers at ${url}: start the local runtime with "npm start", or name its address with --url.`,
      `${url} 没有响应：请先用 "npm start" 启动本地运行环境，或用 --url 指定地址。`,
      { cause: error },
    );
  }
}
