import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

/** Where a measured process tells how many calls it has made of DynamoDB, tries included. */
export const callsPath = '/bench/calls';

/** Counts from now on, whatever client makes them. */
export function countCalls(): () => number {
  const { host } = new URL(process.env.AWS_ENDPOINT_URL_DYNAMODB ?? 'http://none');
  let calls = 0;
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest };
    if (request.getHeader('host') === host) calls++;
  });
  return () => calls;
}
