import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { begin, exchange, type Granted } from '../flows/support/hand-overs.ts';
import { rpRow, type StandIn, standIn } from '../flows/support/rps.ts';
import type { Loose } from '../support/client.ts';
import { loggedInByFace } from '../support/door.ts';
import {
  history,
  type Known,
  knownPerson,
  morning,
  openWatchedDoor,
  type WatchedDoor,
} from '../support/watched.ts';
import { persist, spotsOf, sweep, under } from './journeys.ts';

/** A hand-over whose calls fail at every place: the system tries again, and in the end somebody has come, once. */
let door: WatchedDoor;
let system: StandIn;
beforeAll(async () => {
  system = await standIn('filing-web');
  door = await openWatchedDoor({ relyingParties: [system.client] });
});
afterAll(async () => {
  system.stop();
  await door?.stop();
});
beforeEach(() => door.clock.set(morning));

interface SignedIn {
  readonly who: Known;
  readonly token: string;
  readonly sessionId: string;
}
async function signedIn(): Promise<SignedIn> {
  const who = await knownPerson(door);
  const { session } = await loggedInByFace(door, who);
  return { who, token: session.accessToken, sessionId: session.sessionId };
}

const again = 4;
async function code(token: string): Promise<Granted | undefined> {
  const begun = await begin(door, system).catch(() => undefined);
  if (!begun) return undefined;
  const { id, cookie, verifier, redirectUri } = begun;
  const reply = await persist(door, 'approve', () =>
    door.http('POST', `/v1/sso/${id}/approve`, {}, { token, cookie }),
  );
  // The answer was lost, not the decision: the page goes back to the system, which begins anew.
  if (reply.status !== 200) return undefined;
  return { code: new URL(reply.body.redirectTo).searchParams.get('code') ?? '', verifier, redirectUri };
}

/** As a system does it: what is away is tried again, and a code that is gone asked for anew. Answers the ID token's sid. */
async function handedOver({ token }: SignedIn): Promise<string> {
  for (let round = 0; round < again; round++) {
    const granted = await code(token);
    let reply: { status: number; body: Loose } | undefined;
    for (let time = 0; granted && time < again && (!reply || reply.status === 503); time++)
      reply = await exchange(door, system, granted);
    if (reply?.status === 200) return String(decodeJwt(reply.body.id_token).sid);
    if (reply) expect(['invalid_grant', 'temporarily_unavailable']).toContain(reply.body.error);
  }
  throw new Error('nobody ever came');
}

describe.each(sweep)('SSO-4 SSO-5 ERR-01 a hand-over, whatever fails', (cases, pick, options) => {
  it('comes about, as one row that the system knows by its name', options, async () => {
    const first = await signedIn();
    const spots = pick(await spotsOf(door, () => handedOver(first)));
    expect(spots.length).toBeGreaterThan(2);
    for (const fault of cases)
      for (const spot of spots) {
        const someone = await signedIn();
        let sid = '';
        await door.provoking(() =>
          under(door, { ...spot, ...fault }, async () => {
            sid = await handedOver(someone);
          }),
        );
        const where = JSON.stringify([spot, fault]);
        const row = await rpRow(door, { sessionId: someone.sessionId, clientId: system.client.clientId });
        expect(row, where).toMatchObject({ sid, version: 1 });
        expect(row, where).not.toHaveProperty('ended');
        const kinds = (await history(door, someone.who)).map(({ kind }) => kind);
        const count = (kind: string) => kinds.filter((one) => one === kind).length;
        expect(count('sso-handed-over'), where).toBeGreaterThan(0);
        expect(count('sso-handed-over'), where).toBeLessThanOrEqual(count('sso-decided'));
        expect(count('sso-replayed'), where).toBe(0);
      }
  });
});
