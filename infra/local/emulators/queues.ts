import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { arrayOf, objectOf, parseJson } from '../http/json.ts';
import type { Clock } from '../lambda/clock.ts';
import type { QueueModel } from '../lambda/event-sources.ts';
import type { Functions } from '../lambda/functions.ts';

interface Message {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  /** Epoch milliseconds of the virtual clock. */
  visibleAt: number;
  received: number;
}

/** How often hidden messages are checked, because the virtual clock may jump without notice. */
const lookMs = 50;
/** How many batches of one queue run in parallel. */
const deliveriesAtOnce = 5;

/**
 * The queues of the templates and the functions that receive their messages, as SQS and Lambda do it: at least once,
 * retried after the visibility timeout (of the virtual clock), finally moved to the dead-letter queue.
 */
export class Queues {
  private readonly models: readonly QueueModel[];
  private readonly functions: Functions;
  private readonly clock: Clock;
  private readonly failed: (queue: string, error: unknown) => void;
  private readonly messages = new Map<string, Message[]>();
  private readonly running = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    models: readonly QueueModel[],
    functions: Functions,
    clock: Clock,
    failed: (queue: string, error: unknown) => void,
  ) {
    this.models = models;
    this.functions = functions;
    this.clock = clock;
    this.failed = failed;
  }

  /** By its ARN, its address or its name. */
  find(named: string): QueueModel | undefined {
    const name = named.split(/[/:]/).at(-1);
    return this.models.find((model) => model.name === name);
  }

  /** Returns the message's id. */
  send({ arn }: QueueModel, body: string, delaySeconds = 0): string {
    const now = this.clock.now();
    const id = randomUUID();
    this.of(arn).push({ id, body, sentAt: now, visibleAt: now + delaySeconds * 1000, received: 0 });
    this.pump();
    return id;
  }

  /** Makes a delivered message visible again after this many seconds from now. */
  hide({ arn }: QueueModel, receiptHandle: string, seconds: number): void {
    const message = this.of(arn).find(({ id, received }) => handleOf(id, received) === receiptHandle);
    if (message) message.visibleAt = this.clock.now() + seconds * 1000;
  }

  /** The bodies of the messages in a queue, by the end of its name; dead-letter queues included. */
  bodies(name: string): string[] {
    const model = this.models.find((one) => one.name === name || one.name.endsWith(`-${name}`));
    return model ? this.of(model.arn).map(({ body }) => body) : [];
  }

  /** Whether a message is being processed, or could be now. */
  isBusy(): boolean {
    return this.models.some(
      ({ arn, taker }) =>
        (this.running.get(arn) ?? 0) > 0 ||
        (taker && this.of(arn).some(({ visibleAt }) => visibleAt <= this.clock.now())),
    );
  }

  clear(): void {
    this.messages.clear();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    for (let waited = 0; this.running.size > 0 && waited < 2_000; waited += 20) await sleep(20);
  }

  private of(arn: string): Message[] {
    let list = this.messages.get(arn);
    if (!list) {
      list = [];
      this.messages.set(arn, list);
    }
    return list;
  }

  private pump(): void {
    if (this.stopped) return;
    for (const model of this.models) if (model.taker) this.takeFrom(model, model.taker);
    const waiting = this.models.some(({ arn, taker }) => taker && this.of(arn).length > 0);
    clearTimeout(this.timer);
    if (!waiting) return;
    this.timer = setTimeout(() => this.pump(), lookMs);
    this.timer.unref();
  }

  private takeFrom(model: QueueModel, taker: NonNullable<QueueModel['taker']>): void {
    for (;;) {
      const running = this.running.get(model.arn) ?? 0;
      if (running >= deliveriesAtOnce) return;
      const now = this.clock.now();
      const batch: Message[] = [];
      for (const message of [...this.of(model.arn)]) {
        if (message.visibleAt > now || batch.length >= taker.batchSize) continue;
        if (model.tries !== undefined && message.received >= model.tries) this.putAside(model, message);
        else batch.push(message);
      }
      if (batch.length === 0) return;
      for (const message of batch) {
        message.received++;
        message.visibleAt = now + model.visibilitySeconds * 1000;
      }
      this.running.set(model.arn, running + 1);
      void this.give(model, taker.functionName, batch).finally(() => {
        const left = (this.running.get(model.arn) ?? 1) - 1;
        if (left > 0) this.running.set(model.arn, left);
        else this.running.delete(model.arn);
        this.pump();
      });
    }
  }

  private async give(model: QueueModel, functionName: string, batch: readonly Message[]): Promise<void> {
    const event = { Records: batch.map((message) => recordOf(model, message)) };
    try {
      const answer = await this.functions.invoke(functionName, event, `queue ${model.name}`);
      const failures = arrayOf(objectOf(parseJson(answer)).batchItemFailures);
      const failed = new Set(failures.map((failure) => objectOf(failure).itemIdentifier));
      for (const message of batch) if (!failed.has(message.id)) this.remove(model.arn, message);
    } catch (error) {
      if (!this.stopped) this.failed(model.name, error);
    }
  }

  private remove(arn: string, message: Message): void {
    const list = this.of(arn);
    const at = list.indexOf(message);
    if (at >= 0) list.splice(at, 1);
  }

  private putAside(model: QueueModel, message: Message): void {
    this.remove(model.arn, message);
    if (model.failedArn) this.of(model.failedArn).push({ ...message, received: 0 });
  }
}

const handleOf = (id: string, received: number): string => `${id}-${received}`;

const recordOf = ({ arn }: QueueModel, { id, body, sentAt, received }: Message) => ({
  messageId: id,
  receiptHandle: handleOf(id, received),
  body,
  attributes: { ApproximateReceiveCount: String(received), SentTimestamp: String(sentAt) },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: arn,
  awsRegion: arn.split(':')[3],
});
