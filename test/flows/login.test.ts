import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Door, enterPassword, expectStatus, loggedIn, loggedInByFace, openDoor, registered, wait } from '../support/door.ts';
import type { Sample } from '../support/people.ts';

let door: Door;
let who: Sample;
beforeAll(async () => {
  door = await openDoor();
  who = await registered(door);
});
afterAll(() => door?.stop());

describe('login', () => {
  it('LGN-3 needs password and SMS code', async () => {
    await wait(door, 61);
    const { session, cookie } = await loggedIn(door, who);
    expect(session.identity).toEqual({ kind: 'natural' });
    const shown = await door.http('GET', '/v1/session', undefined, { token: session.accessToken });
    expect(shown.body.session.sessionId).toBe(session.sessionId);
    const refreshed = expectStatus(await door.http('POST', '/v1/session/refresh', undefined, { cookie }), 200);
    expect(refreshed.cookie).not.toBe(cookie);
  });
  it('FACE-1 takes a face check as second factor', async () => {
    await loggedInByFace(door, who);
  });
  it('LCK-1 counts down and locks', async () => {
    for (const left of [4, 3, 2, 1]) {
      expect((await enterPassword(door, who.phone, 'Wrong#9182')).body).toMatchObject({ code: 'BAD_CREDENTIALS', remainingAttempts: left });
    }
    expect((await enterPassword(door, who.phone, 'Wrong#9182')).body.code).toBe('ACCOUNT_LOCKED');
    expect((await enterPassword(door, who.phone, who.password)).body.code).toBe('ACCOUNT_LOCKED');
  });
});
