import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Queues } from '../../infra/local/emulators/queues.ts';
import type { QueueModel } from '../../infra/local/lambda/event-sources.ts';
import type { Functions } from '../../infra/local/lambda/functions.ts';

const failed: QueueModel = {
  name: 'failed',
  arn: 'arn:aws:sqs:r:0:failed',
  visibilitySeconds: 30,
  tries: undefined,
  failedArn: undefined,
  taker: undefined,
};
const feed: QueueModel = {
  name: 'feed',
  arn: 'arn:aws:sqs:r:0:feed',
  visibilitySeconds: 180,
  tries: 5,
  failedArn: failed.arn,
  taker: { functionName: 'feed', batchSize: 1 },
};

describe('a message that fails', () => {
  beforeEach(() => vi.useFakeTimers({ now: 0 }));
  afterEach(() => vi.useRealTimers());

  it.each([
    ['is shown again after two minutes where its function asks for that', true, 120],
    ['comes again when the queue’s time is over where it does not', false, 180],
  ] as const)('ENT-3 %s, and is a dead letter within a quarter of an hour', async (_what, asks, seconds) => {
    const tries: number[] = [];
    const functions = {
      invoke: (_name: string, event: { Records: { messageId: string; receiptHandle: string }[] }) => {
        const [record] = event.Records;
        tries.push(Date.now() / 1000);
        if (asks) queues.hide(feed, record?.receiptHandle ?? '', 120);
        return Promise.resolve(
          JSON.stringify({ batchItemFailures: [{ itemIdentifier: record?.messageId }] }),
        );
      },
    } as unknown as Functions;
    const clock = { now: () => Date.now() } as ConstructorParameters<typeof Queues>[2];
    const queues = new Queues([feed, failed], functions, clock, () => undefined);
    queues.send(feed, 'bad');
    await vi.advanceTimersByTimeAsync(900_000);
    expect(tries.map((at) => Math.round(at / seconds))).toEqual([0, 1, 2, 3, 4]);
    expect(queues.bodies('failed')).toEqual(['bad']);
    const stopped = queues.stop();
    await vi.advanceTimersByTimeAsync(3_000);
    await stopped;
  });
});
