import { setTimeout as sleep } from 'node:timers/promises';
import { arrayOf, type JsonObject, objectOf, stringOf } from '../http/json.ts';
import type { StreamSourceModel } from '../lambda/event-sources.ts';
import type { Functions } from '../lambda/functions.ts';
import { fits } from '../template/filter-pattern.ts';
import { type DynamoDbCall, DynamoDbError } from './dynamodb-client.ts';

interface StreamParts {
  readonly tables: DynamoDbCall;
  /** The same DynamoDB Local by the API of its streams. */
  readonly streams: DynamoDbCall;
  readonly functions: Functions;
  /** Receives a record that could not be handled. */
  readonly putAside: (source: StreamSourceModel, record: JsonObject, error: unknown) => void;
}

/** A position in a shard of a stream. */
interface ShardPosition {
  readonly shard: string;
  iterator: string | undefined;
  /** The last record read; undefined at the beginning. */
  last: string | undefined;
  /** How often reading started again. */
  begun: number;
}

const pauseMs = 100;
const mostBegins = 5;
/**
 * As in Lambda, changes written within a moment are read together; a caller that waits for the end shortens the moment.
 */
const gatherMs = 50;
/** With this many records in one answer there may be more: an answer is full at 1,000 records or 1 MB. */
const perhapsFull = 50;

/**
 * Reads DynamoDB Local's streams and starts the functions of the template's mappings: in order, at least once. The
 * reader looks only after a write has passed through this runtime, so that streams cost nothing while nothing is
 * written.
 */
export class Streams {
  /**
   * One reader per mapping, as in Lambda: a record that one function cannot take delays no other function of the table.
   */
  private readonly readers: readonly Reader[];

  constructor(sources: readonly StreamSourceModel[], parts: StreamParts) {
    this.readers = sources.map((source) => new Reader(source, parts));
  }

  /** Something may have been written to these tables. */
  wake(tables: Iterable<string>): void {
    const written = new Set(tables);
    for (const reader of this.readers) if (written.has(reader.table)) reader.wake();
  }

  /** @param gatherers whether a function counts that still gathers changes, for a window of its own */
  isBusy({ gatherers = false } = {}): boolean {
    return this.readers.some(
      (reader) => reader.running !== undefined && (gatherers || !reader.isGathering()),
    );
  }

  /** Everything that has been written is read now. @param gatherers also for functions with a window of their own */
  hurry({ gatherers = false } = {}): void {
    for (const reader of this.readers) if (gatherers || !reader.gathersLong) reader.hurry();
  }

  async stop(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.stop()));
  }
}

class Reader {
  running: Promise<void> | undefined;
  readonly table: string;
  /** The function's trigger has a window in which changes are collected. */
  readonly gathersLong: boolean;
  private readonly source: StreamSourceModel;
  private readonly parts: StreamParts;
  private arn: string | undefined;
  private positions: ShardPosition[] = [];
  /** Shards read to their end. */
  private readonly done = new Set<string>();
  private again = false;
  private stopped = false;
  private gathering: AbortController | undefined;

  constructor(source: StreamSourceModel, parts: StreamParts) {
    this.table = source.table;
    this.gathersLong = source.gatherMs > gatherMs;
    this.source = source;
    this.parts = parts;
  }

  wake(): void {
    this.again = true;
    if (this.stopped || this.running) return;
    this.running = this.run()
      .catch((error: unknown) => {
        if (!this.stopped) process.stderr.write(`Stream of ${this.table}: ${String(error)}\n`);
      })
      .finally(() => {
        this.running = undefined;
      });
  }

  isGathering(): boolean {
    return this.gathersLong && this.gathering !== undefined;
  }

  hurry(): void {
    this.gathering?.abort();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.hurry();
    await Promise.race([this.running, sleep(2_000, undefined, { ref: false })]);
  }

  private async run(): Promise<void> {
    while (this.again && !this.stopped) {
      await this.gather();
      this.again = false;
      await this.findShards();
      for (const position of this.positions) while (!this.stopped && (await this.read(position)));
      this.positions = this.positions.filter(({ shard }) => !this.done.has(shard));
    }
  }

  private async gather(): Promise<void> {
    this.gathering = new AbortController();
    const time = Math.max(gatherMs, this.source.gatherMs);
    await sleep(time, undefined, { ref: false, signal: this.gathering.signal }).catch(() => undefined);
    this.gathering = undefined;
  }

  /** Shards end from time to time and get successors. */
  private async findShards(): Promise<void> {
    if (this.positions.length > 0) return;
    this.arn ??= stringOf(
      objectOf((await this.parts.tables('DescribeTable', { TableName: this.table })).Table).LatestStreamArn,
    );
    if (!this.arn) throw new Error('the table has no stream');
    const described = objectOf(
      (await this.parts.streams('DescribeStream', { StreamArn: this.arn })).StreamDescription,
    );
    this.positions = arrayOf(described.Shards)
      .map((shard) => String(objectOf(shard).ShardId))
      .filter((shard) => !this.done.has(shard))
      .map((shard) => ({ shard, iterator: undefined, last: undefined, begun: 0 }));
  }

  /** @returns whether there may be more records */
  private async read(position: ShardPosition): Promise<boolean> {
    const { streams } = this.parts;
    try {
      position.iterator ??= stringOf(
        (
          await streams('GetShardIterator', {
            StreamArn: this.arn,
            ShardId: position.shard,
            ...(position.last === undefined
              ? { ShardIteratorType: 'TRIM_HORIZON' }
              : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: position.last }),
          })
        ).ShardIterator,
      );
      const answer = await streams('GetRecords', { ShardIterator: position.iterator, Limit: 1000 });
      const records = arrayOf(answer.Records).map(objectOf);
      await this.hand(this.source, records);
      const last = records.at(-1);
      if (last) position.last = stringOf(objectOf(last.dynamodb).SequenceNumber);
      position.iterator = stringOf(answer.NextShardIterator);
      if (position.iterator === undefined) {
        this.done.add(position.shard);
        this.again = true;
        return false;
      }
      return records.length >= perhapsFull;
    } catch (error) {
      // Iterators expire after a quarter of an hour. If the position is older than the oldest record, reading starts
      // again at that record: reading twice does no harm, but a stream that stops would.
      const name = error instanceof DynamoDbError ? error.name : undefined;
      const trimmed = name === 'TrimmedDataAccessException' && position.begun < mostBegins;
      if (name !== 'ExpiredIteratorException' && !trimmed) throw error;
      position.iterator = undefined;
      if (trimmed) {
        position.last = undefined;
        position.begun++;
        await sleep(pauseMs, undefined, { ref: false });
      }
      return true;
    }
  }

  private async hand(source: StreamSourceModel, records: readonly JsonObject[]): Promise<void> {
    const wanted = records.filter(
      (record) => source.patterns.length === 0 || source.patterns.some((pattern) => fits(pattern, record)),
    );
    for (let at = 0; at < wanted.length; at += source.batchSize)
      await this.give(source, wanted.slice(at, at + source.batchSize), 1);
  }

  /** A batch that fails is retried in halves, so that one record does not delay the others. */
  private async give(
    source: StreamSourceModel,
    records: readonly JsonObject[],
    attempt: number,
  ): Promise<void> {
    const event = { Records: records.map((record) => ({ ...record, eventSourceARN: this.arn })) };
    try {
      await this.parts.functions.invoke(source.functionName, event, `stream ${this.table}`);
    } catch (error) {
      if (this.stopped) return;
      if (attempt >= source.tries) for (const record of records) this.parts.putAside(source, record, error);
      else {
        await sleep(Math.min(2_000, pauseMs * attempt), undefined, { ref: false });
        const half = Math.ceil(records.length / 2);
        await this.give(source, records.slice(0, half), attempt + 1);
        if (records.length > half) await this.give(source, records.slice(half), attempt + 1);
      }
    }
  }
}
