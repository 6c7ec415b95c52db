import { asSubsegment } from './subsegments.ts';
import { withinLeft } from './time-budget.ts';

/**
 * An outside service failed: the answer is our 503 UNAVAILABLE, and it never counts against the person (LCK-6).
 * Messages name the service and a code of its own, never what was sent or answered (DOC-4).
 */
export class DependencyError extends Error {
  readonly dependency: string;
  constructor(dependency: string, reason: string, options?: ErrorOptions) {
    super(`${dependency}: ${reason}`, options);
    this.name = new.target.name;
    this.dependency = dependency;
  }
}

/**
 * Why a call brought no answer. After `refused-connection` and `no-time` (the invocation had no time left for the call)
 * the request cannot have arrived.
 */
export type OutboundFailure = 'timeout' | 'refused-connection' | 'no-time' | 'network' | 'too-large';

/** Whether the other side may have received the request although it did not answer. */
export const mayHaveArrived = (failure: OutboundFailure): boolean =>
  failure !== 'refused-connection' && failure !== 'no-time';

export class OutboundError extends Error {
  readonly failure: OutboundFailure;
  constructor(failure: OutboundFailure) {
    super(failure);
    this.name = 'OutboundError';
    this.failure = failure;
  }
}

export interface OutboundRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Less if the invocation's own time ends earlier. */
  readonly timeoutMilliseconds: number;
  /** The longest answer that is read; a longer one is an error. */
  readonly maxBytes?: number;
}

export interface OutboundAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * One HTTP call, bounded in time (from the first byte sent to the last byte read) and in size. The call follows no
 * redirect, because a signed request must not be sent to another address.
 * @throws OutboundError if there is no complete answer
 */
export async function call(url: string | URL, request: OutboundRequest): Promise<OutboundAnswer> {
  const { method = 'POST', headers = {}, body, timeoutMilliseconds, maxBytes = 65_536 } = request;
  const time = withinLeft(timeoutMilliseconds);
  if (time === 0) throw new OutboundError('no-time');
  try {
    // The path of an address may identify a person; the host does not.
    return await asSubsegment(
      () => ({ name: new URL(url).hostname, namespace: 'remote' }),
      async () => {
        const response = await fetch(url, {
          method,
          headers,
          redirect: 'manual',
          signal: AbortSignal.timeout(time),
          ...(body !== undefined && { body }),
        });
        return { status: response.status, text: await readBounded(response, maxBytes) };
      },
    );
  } catch (error) {
    if (error instanceof OutboundError) throw error;
    // The cause is dropped on purpose: it may quote the URL or the answer.
    throw new OutboundError(failureOf(error));
  }
}

async function readBounded(response: Response, maxBytes: number): Promise<string> {
  if (!response.body) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream and so closes the connection.
    if (size > maxBytes) throw new OutboundError('too-large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function failureOf(error: unknown): OutboundFailure {
  if (error instanceof Error && error.name === 'TimeoutError') return 'timeout';
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND' ? 'refused-connection' : 'network';
}

/** A JSON object, or null for anything else: an answer from outside is never trusted to have the expected form. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return null;
  }
}

export const asObject = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;

/** A provider's code in a form that is safe for a message or a log: short, and only of characters that codes have. */
export const safeCode = (code: unknown): string =>
  (typeof code === 'string' || typeof code === 'number') && /^[\w.:#-]{1,80}$/.test(String(code))
    ? String(code)
    : 'no-code';
