import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { withinLeft } from './time-budget.ts';

export interface TimeLimits {
  /** Until the connection is open, TLS included. */
  readonly connectMilliseconds: number;
  /** For the whole call; less if the invocation's own time ends earlier. */
  readonly timeoutMilliseconds: number;
}

/**
 * The body of the answer is not used. This many bytes of it are read and dropped, so that the connection closes
 * cleanly.
 */
const mostBytes = 65_536;

/**
 * Posts a form to another system and follows no redirect. `fetch` has no limit for connecting alone, so this uses
 * Node's own HTTP client.
 * @returns the status, or why there is none: `timeout`, `connect-timeout`, `refused-connection`, `network`
 */
export function postForm(
  url: string,
  form: Readonly<Record<string, string>>,
  { connectMilliseconds, timeoutMilliseconds }: TimeLimits,
): Promise<string> {
  const body = new URLSearchParams(form).toString();
  const send = url.startsWith('https:') ? overHttps : overHttp;
  return new Promise((resolve) => {
    const end = (said: string): void => {
      clearTimeout(whole);
      clearTimeout(connecting);
      resolve(said);
      call.destroy();
    };
    const call = send(url, {
      method: 'POST',
      agent: false,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
      },
    });
    const whole = setTimeout(() => end('timeout'), withinLeft(timeoutMilliseconds));
    const connecting = setTimeout(() => end('connect-timeout'), connectMilliseconds);
    call.once('socket', (socket) => {
      socket.once(url.startsWith('https:') ? 'secureConnect' : 'connect', () => clearTimeout(connecting));
    });
    call.once('response', (answer) => {
      const status = String(answer.statusCode);
      let bytes = 0;
      answer.on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes > mostBytes) end(status);
      });
      answer.once('end', () => end(status));
      answer.once('error', () => end(status));
    });
    // The cause is dropped on purpose: it may quote the address.
    call.once('error', (error: NodeJS.ErrnoException) =>
      end(error.code === 'ECONNREFUSED' || error.code === 'ENOTFOUND' ? 'refused-connection' : 'network'),
    );
    call.end(body);
  });
}
