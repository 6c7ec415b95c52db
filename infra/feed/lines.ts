import type { Readable } from 'node:stream';

/** A line, and the number of bytes that it takes in its file, its line end included. */
export interface FileLine {
  readonly text: string;
  readonly bytes: number;
}

const newline = 0x0a;
/**
 * The longest line: no meaningful line is longer. The rest of a longer one is dropped, and it is refused because it is
 * no JSON.
 */
const longest = 8 * 1024 * 1024;

/**
 * The lines of a stream with their exact lengths, so that a position in the file is a number of bytes; memory is
 * bounded.
 */
export async function* fileLines(file: Readable): AsyncGenerator<FileLine> {
  let parts: Buffer[] = [];
  let bytes = 0;
  const keep = (part: Buffer): void => {
    if (bytes <= longest) parts.push(part);
    bytes += part.length;
  };
  const take = (ended: number): FileLine => {
    const text = bytes > longest ? '…' : Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
    const line = { text, bytes: bytes + ended };
    parts = [];
    bytes = 0;
    return line;
  };
  for await (const read of file) {
    const chunk = Buffer.isBuffer(read) ? read : Buffer.from(String(read));
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      keep(chunk.subarray(from, end));
      yield take(1);
      from = end + 1;
    }
    if (from < chunk.length) keep(chunk.subarray(from));
  }
  if (bytes > 0) yield take(0);
}
