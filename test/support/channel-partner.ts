import type { Channel } from '#domain/names.ts';
import type { About, Sign as PartnerSign } from '../../examples/channel-partner/assertion.ts';
import { partnerCalls } from '../../examples/channel-partner/partner.ts';
import type { Client, Loose, Reply } from './client.ts';
import type { Sample } from './people.ts';
import type { TestRuntime } from './runtime.ts';

/**
 * The channel partner of examples/channel-partner, with the tests' own client, which also shows cookies and headers.
 */
export type { About, PartnerKey } from '../../examples/channel-partner/assertion.ts';
export { newPartnerKey, signedBy } from '../../examples/channel-partner/assertion.ts';
export type Sign = PartnerSign<Channel>;

/** The person who is logged in in the app, and the company for which the person works in the app. */
export const workingAs = (who: Sample, identity?: About['identity']): About => ({
  person: { documentType: who.documentType, documentNumber: who.documentNumber },
  ...(identity ? { identity } : {}),
});

/** The calls of one channel. Each call gets a new signature; a repeated call would too. */
export function channelPartner(http: Client, channel: Channel, sign: Sign, about: About = {}) {
  const call = async (method: string, path: string, body?: unknown): Promise<Reply<Loose>> => {
    const text = body === undefined ? '' : JSON.stringify(body);
    return http(method, path, body, {
      assertion: await sign(channel, { method, path, body: text, ...about }),
    });
  };
  return { call, ...partnerCalls(call) };
}
export type Partner = ReturnType<typeof channelPartner>;

/** The local runtime has a key for each channel and signs for it. */
export const localPartner = (runtime: TestRuntime, channel: Channel, about: About = {}): Partner =>
  channelPartner(runtime.http, channel, (name, call) => runtime.assertion(name, call), about);

/** The page or terminal that shows a code asks for its state. */
export const pollScan = (
  http: Client,
  scan: { ticket: string; pollSecret: string },
  headers: Record<string, string> = {},
) =>
  http('GET', `/v1/scans/${scan.ticket}`, undefined, {
    headers: { ...headers, 'poll-secret': scan.pollSecret },
  });

/** A web session by QR login. The login needs no SMS and no face check that could later serve as a proof. */
export async function loggedInByQr(runtime: TestRuntime, who: Sample, identity?: About['identity']) {
  const code = (await runtime.http('POST', '/v1/qr-logins')).body;
  const confirmed = await localPartner(runtime, 'ahtax-app', workingAs(who, identity)).confirmCode(
    code.qrContent,
  );
  if (confirmed.status !== 204) throw new Error(JSON.stringify(confirmed.body));
  const opened = await pollScan(runtime.http, code);
  if (!opened.body.session) throw new Error(JSON.stringify(opened.body));
  return { session: opened.body.session, cookie: opened.cookie ?? '' };
}
