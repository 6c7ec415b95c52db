import type { IncomingMessage, ServerResponse } from 'node:http';
import { makeAgent, post, readBody } from '../http/http.ts';
import { arrayOf, isObject, type JsonObject, listOf, objectOf, parseJson } from '../http/json.ts';
import { type Caller, callerOf, type EmulatorContext, refusedNeed, sendAws, sendAwsError } from './caller.ts';
import { headersFor } from './dynamodb-client.ts';
import { isMetered, isWrite, needsOf, type TableArn, type TableNeed } from './dynamodb-needs.ts';
import type { Struck } from './faults.ts';

const bodyLimit = 16 * 1024 * 1024;
const errorType = (name: string): string => `com.amazonaws.dynamodb.v20120810#${name}`;

export interface DynamoDbProxy {
  handle(incoming: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): void;
}

/**
 * Stands between the functions and DynamoDB Local. The proxy enforces each function's policy, counts calls, injects
 * faults, and replaces the caller's access key by this runtime's namespace.
 */
export function makeDynamoDbProxy(
  ctx: EmulatorContext,
  target: { endpoint: string; namespace: string; region: string; tableArn: TableArn },
): DynamoDbProxy {
  const agent = makeAgent();
  const url = new URL(target.endpoint);
  const headersOf = headersFor(target.namespace, target.region);

  async function forward(call: Call, response: ServerResponse | undefined): Promise<void> {
    const body = withConsumedCapacity(call);
    const answer = await post(url, headersOf(call.target), body, agent);
    if (answer.status === 200) count(call, objectOf(parseJson(answer.body.toString('utf8'))), ctx);
    if (answer.status === 200 && isWrite(call.operation)) ctx.written?.(call.needs.map(({ table }) => table));
    if (response) sendAws(response, ctx, answer.status, answer.body);
  }

  async function fail(kind: Struck, call: Call, response: ServerResponse): Promise<void> {
    switch (kind) {
      case 'error500':
        return sendAwsError(response, ctx, 500, errorType('InternalServerError'), 'Injected fault');
      case 'throttle':
        return sendAwsError(
          response,
          ctx,
          400,
          errorType('ProvisionedThroughputExceededException'),
          'Injected fault: the throughput is exceeded',
        );
      case 'conflict':
        return sendConflict(call, response, ctx);
      case 'timeout':
        return;
      case 'after':
        await forward(call, undefined);
        response.socket?.destroy();
        return;
      case 'crash':
        return ctx.crash(call.caller.model.shortName);
      case 'crash-after':
        await forward(call, undefined);
        return ctx.crash(call.caller.model.shortName);
    }
  }

  return {
    close: () => agent.destroy(),
    async handle(incoming, response) {
      const caller = callerOf(incoming, ctx);
      const body = await readBody(incoming, bodyLimit);
      if (!caller)
        return sendAwsError(
          response,
          ctx,
          400,
          'com.amazon.coral.service#UnrecognizedClientException',
          'The access key belongs to no function of this runtime',
        );
      const header = String(incoming.headers['x-amz-target']);
      const operation = header.split('.')[1] ?? '';
      const input = body && parseJson(body.toString('utf8'));
      if (!body || !isObject(input))
        return sendAwsError(
          response,
          ctx,
          400,
          'com.amazon.coral.service#SerializationException',
          'Not JSON',
        );
      const needs = needsOf(operation, input, target.tableArn);
      const call: Call = { caller, target: header, operation, input, body, needs };
      const refused = refusedNeed(caller, needs, ctx);
      if (refused)
        return sendAwsError(
          response,
          ctx,
          400,
          'com.amazon.coral.service#AccessDeniedException',
          `User: ${caller.model.arn} is not authorized to perform: ${refused.action} on resource: ${refused.resource} because no identity-based policy allows the ${refused.action} action`,
        );
      ctx.usage.call(caller.invocation, caller.depth);
      const fault = await strike(call, ctx, () => response.destroyed);
      return fault === undefined ? forward(call, response) : fail(fault, call, response);
    },
  };
}

interface Call {
  readonly caller: Caller;
  readonly target: string;
  readonly operation: string;
  readonly input: JsonObject;
  readonly body: Buffer;
  readonly needs: readonly TableNeed[];
}

function strike(
  { caller, operation, needs }: Call,
  { faults }: EmulatorContext,
  gone: () => boolean,
): Promise<Struck | undefined> {
  return faults.strike(
    {
      service: 'dynamodb',
      functionName: caller.model.shortName,
      invocationId: caller.invocation.id,
      routeKey: caller.invocation.routeKey,
      operation,
      tables: needs.map((need) => need.table),
      actions: needs.map((need) => need.action.slice('dynamodb:'.length)),
      callId: caller.callId,
    },
    gone,
  );
}

/**
 * Asks for the consumed units by inserting one member into the text, instead of serializing the whole request again.
 */
function withConsumedCapacity({ operation, input, body }: Call): Buffer {
  if (!isMetered(operation) || 'ReturnConsumedCapacity' in input) return body;
  const open = body.indexOf('{');
  const empty = Object.keys(input).length === 0;
  const member = `{"ReturnConsumedCapacity":"TOTAL"${empty ? '' : ','}`;
  return Buffer.concat([Buffer.from(member), body.subarray(open + 1)]);
}

function count(call: Call, answer: JsonObject, { usage }: EmulatorContext): void {
  let consumed = 0;
  for (const capacity of listOf(answer.ConsumedCapacity)) {
    const { CapacityUnits: units, TableName: table } = objectOf(capacity);
    if (typeof units === 'number') consumed += unitsOf(call, units, table);
  }
  if (consumed > 0)
    usage.units(call.caller.invocation, isWrite(call.operation) ? 'writeUnits' : 'readUnits', consumed);
}

/**
 * For the writes of a transaction DynamoDB Local reports per table only what the last item took, doubled once too
 * often; AWS takes two units per item and KB. For reads its report is correct.
 */
function unitsOf({ operation, needs }: Call, reportedUnits: number, table: unknown): number {
  if (operation !== 'TransactWriteItems') return reportedUnits;
  return (reportedUnits / 2) * needs.filter((need) => need.table === table).length;
}

function sendConflict({ operation, input }: Call, response: ServerResponse, ctx: EmulatorContext): void {
  const message = 'Transaction is ongoing for the item';
  if (!operation.startsWith('Transact')) {
    sendAwsError(response, ctx, 400, errorType('TransactionConflictException'), message);
    return;
  }
  const reasons = arrayOf(input.TransactItems).map((_, index) =>
    index === 0 ? { Code: 'TransactionConflict', Message: message } : { Code: 'None' },
  );
  const codes = reasons.map((reason) => reason.Code).join(', ');
  sendAwsError(
    response,
    ctx,
    400,
    errorType('TransactionCanceledException'),
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}
