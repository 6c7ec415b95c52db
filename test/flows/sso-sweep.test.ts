import { randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import { defaultPolicies } from '#domain/policies.ts';
import { nextCheckAt, type RpSession, rpSessionPut } from '#store/sessions/rp-sessions.ts';
import { expectStatus } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { morning, openWatchedRuntime, rows, type WatchedRuntime } from '../support/watched.ts';
import { putAll } from './support/bulk.ts';
import { type StandIn, standIn } from './support/rps.ts';

/** More hand-overs end at once than one run can check: here a run has very little time (SSO-8). */
let runtime: WatchedRuntime;
let system: StandIn;
beforeAll(async () => {
  system = await standIn('filing-web');
  runtime = await openWatchedRuntime({
    alone: true,
    relyingParties: [system.client],
    policies: { sweepMilliseconds: 100 },
  });
});
afterAll(async () => {
  system?.stop();
  await runtime?.finish();
});
beforeEach(() => {
  runtime.clock.set(morning);
  system.tokens.length = 0;
});

const many = 300;
const idleSeconds = 1_800;
/**
 * Hand-overs of idle sessions. The hand-overs are written while the sessions are live, so that the change of their own
 * row ends none of them.
 */
async function due(): Promise<RpSession[]> {
  const now = Math.floor(runtime.clock.now().getTime() / 1000);
  const handOvers = Array.from({ length: many }, (): RpSession => {
    const sid = randomBytes(24).toString('base64url');
    const session = { lastSeenAt: now, expiresAt: now + 43_200 };
    return {
      sessionId: `idle-${sid}`,
      clientId: 'filing-web',
      sid,
      sub: `s1_${sid}`,
      personKey: `p_${sid}`,
      identityVersion: 1,
      scope: 'openid',
      resource: 'http://127.0.0.1/api',
      startedAt: now,
      expiresAt: session.expiresAt,
      lookAt: nextCheckAt(session, undefined, defaultPolicies),
    };
  });
  await putAll(
    runtime,
    'Sessions',
    handOvers.map(({ sessionId, personKey, identityVersion, startedAt, expiresAt }) => {
      const identity = { kind: 'natural' } as const;
      return { sessionId, personKey, identityVersion, startedAt, expiresAt, lastSeenAt: startedAt, identity };
    }),
  );
  await putAll(
    runtime,
    'RpSessions',
    handOvers.map((one) => {
      const write = rpSessionPut(one, undefined);
      return 'put' in write ? write.put : {};
    }),
  );
  await runtime.settled();
  expect(await waiting(handOvers)).toHaveLength(many);
  runtime.clock.advance(idleSeconds);
  return handOvers;
}
const sweep = async () => expectStatus(await runtime.http('POST', '/local/schedule/sso-sweep'), 200).body;
const sidsOf = (some: readonly Pick<RpSession, 'sid'>[]) => some.map(({ sid }) => sid).sort();
/** The hand-overs among these that no run has checked yet. */
const waiting = async (some: readonly RpSession[]) => {
  const mine = new Set(sidsOf(some));
  return (await rows(runtime, 'RpSessions')).filter(
    ({ sid, sweepShard }) => mine.has(sid) && sweepShard !== undefined,
  );
};
const endings = async (some: readonly RpSession[]) => {
  const mine = new Set(some.map(({ personKey }) => personKey));
  return (await rows(runtime, 'Audit')).filter(
    ({ subject, kind }) => mine.has(subject) && kind === 'sso-ended',
  );
};

describe('SSO-8 what does not fit the time of a sweep', () => {
  long(
    'is handed on until nothing is left: each hand-over ends once, and its system is told once',
    async () => {
      const handOvers = await due();
      const first = await sweep();
      expect(first.left).toBe(true);
      expect(first.ended).toBeLessThan(many);
      await runtime.settled();
      expect(await waiting(handOvers)).toEqual([]);
      expect(await endings(handOvers)).toHaveLength(many);
      expect(system.tokens.map((token) => String(decodeJwt(token).sid)).sort()).toEqual(sidsOf(handOvers));
      const runs = runtime
        .logs()
        .map(({ line }) => line)
        .filter((line) => line.includes('"hand-overs-swept"'))
        .map((line) => JSON.parse(line) as { flow: string; ended: number; left: boolean });
      const mine = runs.slice(runs.findLastIndex(({ flow }) => flow === 'sso-sweep'));
      expect(mine.length).toBeGreaterThan(1);
      expect(mine.slice(1).every(({ flow }) => flow === 'sso-sweep-continued')).toBe(true);
      expect(mine.reduce((sum, { ended }) => sum + ended, 0)).toBe(many);
      expect(mine.map(({ left }) => left).at(-1)).toBe(false);
    },
  );

  long(
    'comes again where the run that goes on fails, is put aside at last, and the next sweep ends it',
    async () => {
      const handOvers = await due();
      await runtime.provoking(async () => {
        runtime.faults.add({
          function: 'sso-sweep-continued',
          action: 'TransactWriteItems',
          kind: 'error500',
          times: Number.POSITIVE_INFINITY,
        });
        await sweep();
        for (let round = 0; round < 6; round++) {
          await runtime.settled();
          runtime.clock.advance(1_801);
        }
        await runtime.settled();
      });
      expect(runtime.queued('sso-sweep-continued-failed')).toHaveLength(1);
      expect((await waiting(handOvers)).length).toBeGreaterThan(0);
      await sweep();
      await runtime.settled();
      expect(await waiting(handOvers)).toEqual([]);
      expect(await endings(handOvers)).toHaveLength(many);
    },
  );
});
