import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:dgram';
import { tracedSegment } from './trace.ts';

/** What X-Ray shows of a call: service and operation, never what was asked or answered. */
export interface Called {
  readonly name: string;
  /** `aws` for AWS's own services by the SDK, `remote` for an address. */
  readonly namespace: 'aws' | 'remote';
  readonly aws?: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Tells X-Ray's daemon, which Lambda runs beside the function, of a call to something outside; nothing where the
 * invocation is not traced. Not by X-Ray's SDK: it is no longer developed, and is larger than the largest function. What
 * the daemon takes is one documented JSON text in a datagram.
 */
export async function asSubsegment<T>(called: Called, call: () => Promise<T>): Promise<T> {
  const daemon = process.env.AWS_XRAY_DAEMON_ADDRESS;
  const segment = daemon && tracedSegment();
  if (!segment) return call();
  const begun = Date.now();
  let failure: object = {};
  try {
    return await call();
  } catch (error) {
    // What the service refuses, a condition most of all, is no failure of the service.
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
      ...called,
      ...failure,
    });
  }
}

let socket: Socket | undefined;

/** A trace that is lost is lost: no call waits for it or fails by it. */
function tell(daemon: string, subsegment: object): void {
  const [, host, port] = /^(.+):(\d+)$/.exec(daemon) ?? [];
  if (!host) return;
  if (!socket) {
    // Loaded by the first call that is traced, not by every start.
    socket = process.getBuiltinModule('node:dgram').createSocket('udp4');
    socket.unref();
    socket.on('error', () => undefined);
  }
  const text = `{"format":"json","version":1}\n${JSON.stringify(subsegment)}`;
  socket.send(text, Number(port), host, () => undefined);
}
