import * as v from 'valibot';

/** S3's notification of new objects, as far as it is needed; S3's test message has no records. */
const notification = v.object({
  Records: v.array(
    v.object({
      eventSource: v.literal('aws:s3'),
      s3: v.object({ bucket: v.object({ name: v.string() }), object: v.object({ key: v.string() }) }),
    }),
  ),
});
const testMessage = v.object({ Service: v.literal('Amazon S3'), Event: v.literal('s3:TestEvent') });

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** A file and the position reached in it; the function sends this to itself when its time is up. */
const feedFile = v.object({
  bucket: v.string(),
  encodedKey: v.string(),
  /** The content with which reading began; absent before the first range. */
  etag: v.exactOptional(v.string()),
  position: v.object({ offset: count, line: count, within: v.exactOptional(v.literal(true)) }),
  counts: v.object({ accepted: count, stale: count, rejected: count, warnings: count, emptied: count }),
  /** ISO time at which the first part began. */
  startedAt: v.string(),
});
const continuation = v.object({ feedFile });
export type FeedFile = v.InferOutput<typeof feedFile>;

/** What a queue message contains: lines, or the names of files. */
export type MessageContent =
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | { readonly kind: 'files'; readonly files: readonly FeedFile[] };

export function readMessage(body: string, now: Date): MessageContent {
  const parsed = parse(body);
  if (v.is(testMessage, parsed)) return { kind: 'files', files: [] };
  const on = v.safeParse(continuation, parsed);
  if (on.success) return { kind: 'files', files: [on.output.feedFile] };
  const notice = v.safeParse(notification, parsed);
  if (!notice.success) return { kind: 'lines', lines: body.split('\n') };
  return {
    kind: 'files',
    files: notice.output.Records.map(({ s3 }) => ({
      bucket: s3.bucket.name,
      encodedKey: s3.object.key,
      position: { offset: 0, line: 1 },
      counts: { accepted: 0, stale: 0, rejected: 0, warnings: 0, emptied: 0 },
      startedAt: now.toISOString(),
    })),
  };
}

export const continuationMessage = (file: FeedFile): string => JSON.stringify({ feedFile: file });

/** Several lines are not one JSON text; here that is no error. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
