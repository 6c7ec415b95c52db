import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

/** The path at which a measured process tells how many calls it has sent to DynamoDB, retries included. */
export const callsPath = '/bench/calls';

/** Counts the calls from now on, whichever client sends them. */
export function countCalls(): () => number {
  const { host } = new URL(process.env.AWS_ENDPOINT_URL_DYNAMODB ?? 'http://none');
  let calls = 0;
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest };
    if (request.getHeader('host') === host) calls++;
  });
  return () => calls;
}
