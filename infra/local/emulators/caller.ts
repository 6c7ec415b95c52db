import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../lambda/clock.ts';
import { depthHeader, invocationHeader } from '../lambda/invocation-headers.ts';
import type { FunctionModel } from '../template/model.ts';
import type { FaultService, Faults, Struck } from './faults.ts';
import type { Context, Need } from './policy.ts';
import type { Invocation, UsageBook } from './usage.ts';

/** A call that the function's policy does not allow. */
export interface Denial {
  readonly functionName: string;
  readonly action: string;
  readonly resource: string;
}

/** What all emulated services share. */
export interface EmulatorContext {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly usage: UsageBook;
  readonly functionsByKey: ReadonlyMap<string, FunctionModel>;
  readonly denials: Denial[];
  /** Called after a write to these tables. */
  readonly written?: (tables: readonly string[]) => void;
  /** Ends a function's worker as if its machine had died. */
  crash(functionName: string): void;
}

export interface Caller {
  readonly model: FunctionModel;
  readonly invocation: Invocation;
  /** Place in the chain of sequential calls, from 1. */
  readonly depth: number;
  /** The same for all tries of one SDK call. */
  readonly callId: string | undefined;
}

const header = (incoming: IncomingMessage, name: string): string | undefined => {
  const value = incoming.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

/** The function whose access key signed the request; signatures themselves are not checked on this machine. */
export function callerOf(incoming: IncomingMessage, ctx: EmulatorContext): Caller | undefined {
  const key = /Credential=([^/,\s]+)\//.exec(header(incoming, 'authorization') ?? '')?.[1];
  const model = key === undefined ? undefined : ctx.functionsByKey.get(key);
  if (!model) return undefined;
  return {
    model,
    invocation: ctx.usage.find(header(incoming, invocationHeader), model.shortName),
    depth: Number(header(incoming, depthHeader) ?? 1),
    callId: header(incoming, 'amz-sdk-invocation-id'),
  };
}

/** The first need that the caller's policy refuses, which is also recorded; undefined if all are allowed. */
export function refusedNeed(
  caller: Caller,
  needs: readonly Need[],
  ctx: EmulatorContext,
  context?: Context,
): Need | undefined {
  const refused = needs.find((need) => !caller.model.policy.allows(need, context));
  if (refused)
    ctx.denials.push({
      functionName: caller.model.shortName,
      action: refused.action,
      resource: refused.resource,
    });
  return refused;
}

/** AWS's JSON error answer. The Date header follows the virtual clock, because SDKs correct their own clock by it. */
export function sendAwsError(
  response: ServerResponse,
  ctx: EmulatorContext,
  status: number,
  type: string,
  message: string,
  more: object = {},
): void {
  sendAws(response, ctx, status, JSON.stringify({ __type: type, Message: message, message, ...more }));
}

export function sendAws(
  response: ServerResponse,
  ctx: EmulatorContext,
  status: number,
  body: string | Buffer,
): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(body),
    date: new Date(ctx.clock.now()).toUTCString(),
    'x-amzn-requestid': 'local',
  });
  response.end(body);
}

/** The fault that a call to a service other than DynamoDB meets; resolves after a hold. */
export function strikeService(
  ctx: EmulatorContext,
  service: FaultService,
  operation: string,
  functionName: string,
  invocation: Invocation | undefined,
  response: ServerResponse,
  callId?: string,
): Promise<Struck | undefined> {
  return ctx.faults.strike(
    {
      service,
      functionName,
      invocationId: invocation?.id,
      routeKey: invocation?.routeKey,
      operation,
      tables: [],
      actions: [],
      callId,
    },
    () => response.destroyed,
  );
}
