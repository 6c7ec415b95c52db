import * as v from 'valibot';
import { linesOf } from '#gateways/object-lines.ts';

/** S3's notification of new objects, as far as it is needed; its test message has no records. */
const notification = v.object({
  Records: v.array(
    v.object({
      eventSource: v.literal('aws:s3'),
      s3: v.object({ bucket: v.object({ name: v.string() }), object: v.object({ key: v.string() }) }),
    }),
  ),
});
const testMessage = v.object({ Service: v.literal('Amazon S3'), Event: v.literal('s3:TestEvent') });

/** The feed lines of one queue message: its own, or those of the files it tells of. */
export async function* linesOfMessage(body: string): AsyncGenerator<string> {
  const parsed = parse(body);
  if (v.is(testMessage, parsed)) return;
  const told = v.safeParse(notification, parsed);
  if (!told.success) {
    yield* body.split('\n');
    return;
  }
  for (const { s3 } of told.output.Records)
    yield* linesOf({ bucket: s3.bucket.name, encodedKey: s3.object.key });
}

/** Several lines are not one JSON text; that is no error here. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
