import { arrayOf, type JsonObject, objectOf, parseJson, stringOf } from '../http/json.ts';
import type { Resource } from '../template/evaluate.ts';

/** A function that the changes of a table start. */
export interface StreamSourceModel {
  readonly table: string;
  readonly functionName: string;
  readonly batchSize: number;
  readonly tries: number;
  /** How long changes are collected into a batch, at most (milliseconds). */
  readonly gatherMs: number;
  /** One of these must match; an empty list lets everything through. */
  readonly patterns: readonly JsonObject[];
  readonly failedArn: string | undefined;
}
export interface QueueModel {
  readonly name: string;
  readonly arn: string;
  readonly visibilitySeconds: number;
  /** Undefined: retried for ever. */
  readonly tries: number | undefined;
  readonly failedArn: string | undefined;
  /** The function that receives its messages. */
  readonly taker: { readonly functionName: string; readonly batchSize: number } | undefined;
}

type Of = (...types: string[]) => Resource[];
type FunctionIn = (uri: unknown, user: string) => string;

/** The event source mappings of the templates, by the kind of source. */
export function eventSourcesOf(
  of: Of,
  functionIn: FunctionIn,
): { streams: StreamSourceModel[]; queues: QueueModel[] } {
  const mappings = of('AWS::Lambda::EventSourceMapping').map(({ id, properties }) => ({
    source: String(properties.EventSourceArn),
    functionName: functionIn(properties.FunctionName, `Event source ${id}`),
    properties,
  }));
  const streams = mappings.flatMap(({ source, functionName, properties: p }): StreamSourceModel[] => {
    const table = /:table\/([^/]+)\/stream\//.exec(source)?.[1];
    if (table === undefined) return [];
    const filters = arrayOf(objectOf(p.FilterCriteria).Filters);
    return [
      {
        table,
        functionName,
        batchSize: Number(p.BatchSize ?? 100),
        tries: Number(p.MaximumRetryAttempts ?? 10) + 1,
        gatherMs: Number(p.MaximumBatchingWindowInSeconds ?? 0) * 1_000,
        patterns: filters.map((filter) => objectOf(parseJson(String(objectOf(filter).Pattern)))),
        failedArn: stringOf(objectOf(objectOf(p.DestinationConfig).OnFailure).Destination),
      },
    ];
  });
  const queues = of('AWS::SQS::Queue').map(({ ref, arn, properties: p }): QueueModel => {
    const redrive = objectOf(p.RedrivePolicy);
    const taker = mappings.find(({ source }) => source === arn);
    return {
      name: ref,
      arn,
      visibilitySeconds: Number(p.VisibilityTimeout ?? 30),
      tries: redrive.maxReceiveCount === undefined ? undefined : Number(redrive.maxReceiveCount),
      failedArn: stringOf(redrive.deadLetterTargetArn),
      taker: taker && {
        functionName: taker.functionName,
        batchSize: Number(taker.properties.BatchSize ?? 10),
      },
    };
  });
  return { streams, queues };
}
