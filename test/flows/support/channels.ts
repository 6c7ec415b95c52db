import type { Channel } from '#domain/names.ts';
import type { Loose, Reply, Request } from '../../support/client.ts';
import type { Sample } from '../../support/people.ts';
import { expectStatus, type TestRuntime } from '../../support/runtime.ts';

const counter = { officer: '3401001', office: '合肥市办税服务厅' };

/** A client whose calls are all signed by one channel. */
export const asChannel =
  (runtime: TestRuntime, channel: Channel, claims: object = {}) =>
  async (method: string, path: string, body?: unknown, request: Request = {}): Promise<Reply<Loose>> => {
    const assertion = await runtime.assertion(channel, {
      method,
      path,
      ...(channel === 'hall' ? counter : {}),
      ...claims,
    });
    return runtime.http(method, path, body, { ...request, assertion });
  };

export const claimOf = ({ documentType, documentNumber }: Sample) => ({
  person: { documentType, documentNumber },
});

/** Scans the code and starts the face kit: all steps before the provider's result. */
export async function startKit(
  runtime: TestRuntime,
  qrContent: string,
  channel: Channel = 'ahtax-app',
  claims: object = {},
) {
  const call = asChannel(runtime, channel, claims);
  const { ticket } = expectStatus(await call('POST', '/v1/channel/scans', { qrContent }), 200).body;
  const { token } = expectStatus(await call('POST', `/v1/channel/scans/${ticket}/face`), 200).body;
  return {
    ticket: ticket as string,
    token: token as string,
    result: (said: object = {}) =>
      call('POST', `/v1/channel/scans/${ticket}/face-result`, { token, ...said }),
  };
}

export const poll = (runtime: TestRuntime, scan: { ticket: string; pollSecret: string }) =>
  runtime.http('GET', `/v1/scans/${scan.ticket}`, undefined, { headers: { 'poll-secret': scan.pollSecret } });
