import { type ObjectRange, readRange, type StoredObject } from '#gateways/object-ranges.ts';

/** Where a file of lines is taken up. */
export interface Position {
  /** Bytes before it. */
  readonly offset: number;
  /** The number of the line that begins there, from 1. */
  readonly line: number;
  /** It lies within a line that was too long: what is left of that is no line. */
  readonly within?: true;
}
export interface Lines {
  readonly lines: readonly string[];
  readonly next: Position;
  readonly atEnd: boolean;
  readonly etag: string;
  readonly size: number;
}

/** Lines are handed on in pieces of about this size: the most that is begun before the time is looked at again. */
const usualBytes = 512 * 1024;
/** Agencies' forms are long lines; nothing that means anything is longer than this. */
const mostBytes = 8 * 1024 * 1024;
/** Stands for a line that was not read whole, and is refused as what it is: no JSON. */
const unreadable = '…';
const newline = 0x0a;

/**
 * The whole lines that follow a position. A line that is too long stands as one that is refused; what comes after it is
 * read on.
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
    // A longer range is read for one long line: what follows it waits, or a piece would be more work than a function has
    // time for.
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
