import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Door, expectStatus, loggedInByFace, openDoor, registered } from '../support/door.ts';
import { person } from '../support/people.ts';
import { long } from '../support/variants.ts';
import { authorizationsOf, creditCode, feed, legalRepresentative, taxpayer } from './support/feed-lines.ts';

describe('GET /v1/authorizations', () => {
  let door: Door;
  beforeAll(async () => {
    door = await openDoor();
  });
  afterAll(() => door?.stop());

  const signedIn = async () => {
    const who = await registered(door, person());
    return { who, token: (await loggedInByFace(door, who)).session.accessToken as string };
  };
  const companies = async (who: ReturnType<typeof person>, count: number) => {
    const ids = Array.from({ length: count }, creditCode);
    await feed(door, ...ids.flatMap((id) => [taxpayer(id), legalRepresentative(id, who)]));
    return ids.sort();
  };

  long('CTR-3 pages through all companies of a person, each once, in a fixed order', async () => {
    const { who, token } = await signedIn();
    const ids = await companies(who, 105);
    const seen: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const { body } = expectStatus(await authorizationsOf(door, token, 'active', cursor), 200);
      expect(body.authorizations.length).toBeLessThanOrEqual(50);
      seen.push(...body.authorizations.map((one: { taxpayerId: string }) => one.taxpayerId));
      cursor = body.cursor;
      pages++;
    } while (cursor && pages < 10);
    expect(seen).toEqual(ids);
    expect(pages).toBe(3);
  });

  long('CTR-3 a cursor works for its owner and its list only; any other text is a bad request', async () => {
    const [one, other] = [await signedIn(), await signedIn()];
    await companies(one.who, 51);
    const { cursor } = expectStatus(await authorizationsOf(door, one.token, 'active'), 200).body;
    expect(cursor).toMatch(/^[\w.-]+$/);
    expectStatus(await authorizationsOf(door, one.token, 'active', cursor), 200);
    for (const [token, list, text] of [
      [other.token, 'active', cursor],
      [one.token, 'history', cursor],
      [one.token, 'active', `${cursor}A`],
      [one.token, 'active', '0'],
      [one.token, 'active', 'x'.repeat(2000)],
      [one.token, 'active', ''],
    ]) {
      const refused = await authorizationsOf(door, token, list, text);
      expect([refused.status, refused.body.code]).toEqual([400, 'BAD_REQUEST']);
    }
  });

  it('CTR-3 shows nobody else’s, and an unknown list is a bad request', async () => {
    const [one, other] = [await signedIn(), await signedIn()];
    await companies(one.who, 1);
    for (const list of ['active', 'pending', 'history'])
      expect((await authorizationsOf(door, other.token, list)).body).toEqual({ authorizations: [] });
    for (const list of ['all', '', 'ACTIVE'])
      expect((await authorizationsOf(door, one.token, list)).status).toBe(400);
    const nobody = await door.http('GET', '/v1/authorizations?state=active');
    expect([nobody.status, nobody.body.code]).toEqual([401, 'SESSION_ENDED']);
  });

  it('CTR-3 costs one query beside the session, however many companies', async () => {
    const { who, token } = await signedIn();
    await companies(who, 20);
    await door.http('DELETE', '/local/usage');
    expectStatus(await authorizationsOf(door, token, 'active'), 200);
    const { body } = await door.http('GET', '/local/usage');
    expect(JSON.stringify(body)).toContain('authorizations');
    const usage = Object.entries(body as Record<string, { longestChain?: number }>).find(([name]) =>
      name.includes('authorizations'),
    );
    expect(usage?.[1]).toMatchObject({ longestChain: 2 });
  });
});
