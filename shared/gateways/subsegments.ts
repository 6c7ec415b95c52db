import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:dgram';
import { tracedSegment } from './trace.ts';

/** What X-Ray shows of a call: service and operation, never the request or the answer. */
export interface TracedCall {
  readonly name: string;
  /** `aws` for AWS's own services, called by the SDK; `remote` for other addresses. */
  readonly namespace: 'aws' | 'remote';
  readonly aws?: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Reports a call to an outside service to X-Ray's daemon, which Lambda runs beside the function; does nothing if the
 * invocation is not traced. This function does without X-Ray's SDK, which is no longer developed and is larger than our
 * largest function. The daemon takes one documented JSON text per datagram.
 * @param called is asked only if the invocation is traced
 */
export async function asSubsegment<T>(called: () => TracedCall, call: () => Promise<T>): Promise<T> {
  const daemon = process.env.AWS_XRAY_DAEMON_ADDRESS;
  const segment = daemon && tracedSegment();
  if (!segment) return call();
  const begun = Date.now();
  let failure: object = {};
  try {
    return await call();
  } catch (error) {
    // A refusal by the service, most often a condition that does not hold, is no failure of the service.
    failure = (error as { $fault?: string }).$fault === 'client' ? { error: true } : { fault: true };
    throw error;
  } finally {
    tell(daemon, {
      type: 'subsegment',
      id: randomBytes(8).toString('hex'),
      trace_id: segment.root,
      parent_id: segment.parent,
      start_time: begun / 1000,
      end_time: Date.now() / 1000,
      ...called(),
      ...failure,
    });
  }
}

let socket: Socket | undefined;

/** A lost trace does not matter: no call waits for the daemon or fails because of it. */
function tell(daemon: string, subsegment: object): void {
  const [, host, port] = /^(.+):(\d+)$/.exec(daemon) ?? [];
  if (!host) return;
  if (!socket) {
    // Loaded by the first traced call, not at every start.
    socket = process.getBuiltinModule('node:dgram').createSocket('udp4');
    socket.unref();
    socket.on('error', () => undefined);
  }
  const text = `{"format":"json","version":1}\n${JSON.stringify(subsegment)}`;
  socket.send(text, Number(port), host, () => undefined);
}
