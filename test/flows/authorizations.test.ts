import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { creditCode } from '../support/credit-codes.ts';
import { person } from '../support/people.ts';
import {
  expectStatus,
  loggedInByFace,
  openTestRuntime,
  registered,
  type TestRuntime,
} from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { authorizationsOf, feed, legalRepresentative, taxpayer } from './support/feed-lines.ts';

describe('GET /v1/authorizations', () => {
  let runtime: TestRuntime;
  beforeAll(async () => {
    runtime = await openTestRuntime();
  });
  afterAll(() => runtime?.stop());

  const signedIn = async () => {
    const who = await registered(runtime, person());
    return { who, token: (await loggedInByFace(runtime, who)).session.accessToken as string };
  };
  const companies = async (who: ReturnType<typeof person>, count: number) => {
    const ids = Array.from({ length: count }, creditCode);
    await feed(runtime, ...ids.flatMap((id) => [taxpayer(id), legalRepresentative(id, who)]));
    return ids.sort();
  };

  long('CTR-3 pages through all companies of a person, each once, in a fixed order', async () => {
    const { who, token } = await signedIn();
    const ids = await companies(who, 105);
    const seen: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const { body } = expectStatus(await authorizationsOf(runtime, token, 'active', cursor), 200);
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
    const { cursor } = expectStatus(await authorizationsOf(runtime, one.token, 'active'), 200).body;
    expect(cursor).toMatch(/^[\w.-]+$/);
    expectStatus(await authorizationsOf(runtime, one.token, 'active', cursor), 200);
    for (const [token, list, text] of [
      [other.token, 'active', cursor],
      [one.token, 'history', cursor],
      [one.token, 'active', `${cursor}A`],
      [one.token, 'active', '0'],
      [one.token, 'active', 'x'.repeat(2000)],
      [one.token, 'active', ''],
    ]) {
      const refused = await authorizationsOf(runtime, token, list, text);
      expect([refused.status, refused.body.code]).toEqual([400, 'BAD_REQUEST']);
    }
  });

  it('CTR-3 shows nobody else’s, and an unknown list is a bad request', async () => {
    const [one, other] = [await signedIn(), await signedIn()];
    await companies(one.who, 1);
    for (const list of ['active', 'pending', 'history'])
      expect((await authorizationsOf(runtime, other.token, list)).body).toEqual({ authorizations: [] });
    for (const list of ['all', '', 'ACTIVE'])
      expect((await authorizationsOf(runtime, one.token, list)).status).toBe(400);
    const nobody = await runtime.http('GET', '/v1/authorizations?state=active');
    expect([nobody.status, nobody.body.code]).toEqual([401, 'SESSION_ENDED']);
  });

  it('CTR-3 costs one query beside the session, however many companies', async () => {
    const { who, token } = await signedIn();
    await companies(who, 20);
    await runtime.http('DELETE', '/local/usage');
    expectStatus(await authorizationsOf(runtime, token, 'active'), 200);
    const { body } = await runtime.http('GET', '/local/usage');
    expect(JSON.stringify(body)).toContain('authorizations');
    const usage = Object.entries(body as Record<string, { longestChain?: number }>).find(([name]) =>
      name.includes('authorizations'),
    );
    expect(usage?.[1]).toMatchObject({ longestChain: 2 });
  });
});
