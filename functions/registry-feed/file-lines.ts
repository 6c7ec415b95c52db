import { type ObjectRange, readRange } from '#gateways/object-ranges.ts';
import type { StoredObject } from '#gateways/s3-requests.ts';

/** The position at which reading a file of lines continues. */
export interface Position {
  /** Bytes before the position. */
  readonly offset: number;
  /** The number of the line that begins there, counted from 1. */
  readonly line: number;
  /** The position lies within a line that was too long: the rest of that line is skipped. */
  readonly within?: true;
}
export interface Lines {
  readonly lines: readonly string[];
  readonly next: Position;
  readonly atEnd: boolean;
  readonly etag: string;
  readonly size: number;
}

/** Lines are processed in pieces of about this size; the time is checked between two pieces. */
const usualBytes = 512 * 1024;
/** The longest line: agencies' forms are long, and no meaningful line is longer than this. */
const mostBytes = 8 * 1024 * 1024;
/** Replaces a line that was not read completely; it is then refused because it is no JSON. */
const unreadable = '…';
const newline = 0x0a;

/**
 * The complete lines that follow a position. A line that is too long is replaced by one that will be refused; reading
 * continues after it.
 * @throws ObjectChanged, DependencyError
 */
export async function nextLines(
  object: StoredObject,
  from: Position,
  etag: string | undefined,
): Promise<Lines> {
  for (let length = usualBytes; ; length = Math.min(mostBytes, length * 2)) {
    const range = await readRange(object, from.offset, length, etag);
    const atEnd = from.offset + range.bytes.length >= range.size;
    // A longer range was read for one long line: the lines after it wait, because the piece would otherwise be more
    // work than a function has time for.
    const last =
      length > usualBytes ? range.bytes.indexOf(newline) : atEnd ? -1 : range.bytes.lastIndexOf(newline);
    const cut = last < 0 && atEnd ? range.bytes.length : last + 1;
    if (cut > 0 || atEnd) return linesOf(range, from, cut, atEnd && cut === range.bytes.length);
    if (length < mostBytes) continue;
    const next: Position = { offset: from.offset + range.bytes.length, line: from.line, within: true };
    return { lines: [], next, atEnd: false, etag: range.etag, size: range.size };
  }
}

function linesOf({ bytes, size, etag }: ObjectRange, from: Position, cut: number, atEnd: boolean): Lines {
  const lines = bytes.toString('utf8', 0, cut).split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (from.within) lines[0] = unreadable;
  const next = { offset: from.offset + cut, line: from.line + lines.length };
  return { lines, next, atEnd, etag, size };
}
