import type { Channel } from '#domain/names.ts';
import { type About, localPartner, pollScan, workingAs } from '../../support/channel-partner.ts';
import type { Loose } from '../../support/client.ts';
import type { Sample } from '../../support/people.ts';
import { expectStatus, loggedIn, type TestRuntime } from '../../support/runtime.ts';
import type { SignedIn } from './account.ts';

const signedIn = (runtime: TestRuntime, who: Sample, session: Loose, cookie: string): SignedIn => ({
  ...who,
  token: session.accessToken,
  cookie,
  sessionId: session.sessionId,
  api: (method, path, body) => runtime.http(method, path, body, { token: session.accessToken }),
});

/** Opens a web session by a QR code that a channel confirmed (QR-1). */
export async function signInByQr(
  runtime: TestRuntime,
  who: Sample,
  channel: Channel = 'ahtax-app',
  identity?: About['identity'],
): Promise<SignedIn> {
  const code = expectStatus(await runtime.http('POST', '/v1/qr-logins'), 201).body;
  const phone = localPartner(runtime, channel, workingAs(who, identity));
  expectStatus(await phone.confirmCode(code.qrContent), 204);
  const { body, cookie } = expectStatus(await pollScan(runtime.http, code), 200);
  return signedIn(runtime, who, body.session, cookie ?? '');
}

/** Logs in by password and an SMS to `who.phone`, the default number. */
export async function signInBySms(runtime: TestRuntime, who: Sample): Promise<SignedIn> {
  const { session, cookie } = await loggedIn(runtime, who);
  return signedIn(runtime, who, session, cookie);
}

/** Passes the session's factor by a face check of the channel. */
export async function passFactor(
  runtime: TestRuntime,
  who: SignedIn,
  channel: Channel = 'ahtax-app',
): Promise<void> {
  const scan = expectStatus(await who.api('POST', '/v1/session/factor/face'), 201).body;
  const shown = await localPartner(runtime, channel, workingAs(who)).showFace(scan.qrContent);
  expectStatus(shown, 200);
  expectStatus(await who.api('POST', '/v1/session/factor', { faceTicket: scan.ticket }), 204);
}
