import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RouteDeclaration } from '#contract/flow.ts';
import { flows } from '#flows/contracts.ts';
import { expectStatus, loggedInByFace, registered } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import { firstSteps, laterSteps, signedInSteps, type Way } from './support/account-ways.ts';
import { type LegacyRuntime, openLegacyRuntime } from './support/legacy.ts';
import { orderAtHall } from './support/orders.ts';
import { expectProblem } from './support/problems.ts';

let runtime: LegacyRuntime;
beforeAll(async () => {
  runtime = await openLegacyRuntime();
});
afterAll(() => runtime?.finish());

let office = 0;
const ordered = async (who: Parameters<typeof orderAtHall>[1], order: string) =>
  expectStatus(await orderAtHall(runtime, who, order, {}, { office: `办税厅 ${office++}` }), 204);

describe('ORD-1 every way to use an account', () => {
  // `npm test` runs one of each kind; the others are tagged `long`.
  const ways = [firstSteps, laterSteps, signedInSteps];
  const kinds = (of: readonly (readonly Way[])[]) => [
    ...of.flatMap((ways) => ways.slice(0, 1)),
    ...of.flatMap((ways) => ways.slice(1)),
  ];

  keeping(ways.length)(kinds(ways))('ORD-1 opens to who is not suspended: $name', async (way: Way) => {
    const { last } = await way.prepare(runtime);
    expectStatus(await last(), way.succeeds);
  });

  keeping(5)(kinds([firstSteps, laterSteps]))(
    'ORD-1 is closed to who is suspended: $name',
    async ({ prepare }: Way) => {
      const { who, last } = await prepare(runtime);
      await ordered(who, 'suspend');
      const reply = await last();
      expectProblem(reply);
      expect([reply.status, reply.body.code]).toEqual([403, 'ACCOUNT_SUSPENDED']);
      expect(reply.body.title).toBe('您的账号已被税务机关停用');
      expect(reply.cookie).toBeUndefined();
    },
  );

  long('ORD-1 STP-2 a proof from before a suspension is none after it is lifted', async () => {
    const way = laterSteps.find(({ name }) => name === 'the proof of a verification');
    const { who, last } = (await way?.prepare(runtime)) ?? expect.fail();
    await ordered(who, 'suspend');
    await ordered(who, 'resume');
    expect((await last()).body).toEqual({ state: 'passed' });
  });
});

/** The calls of signed-in people that need no body. */
const signedIn = flows.flatMap(({ routes = {} }: { routes?: Record<string, RouteDeclaration> }) =>
  Object.values(routes)
    .filter(({ access, body, query }) => access === 'session' && !body && !query)
    .map(({ method, path }) => ({ method, path: path.replace(/\{\w+\}/g, 'none') })),
);

it('ORD-1 SES-2 every call of the session is refused from then on, as ended by the suspension', async () => {
  const who = await registered(runtime);
  const token = (await loggedInByFace(runtime, who)).session.accessToken;
  await ordered(who, 'suspend');
  expect(signedIn.length).toBeGreaterThan(15);
  for (const { method, path } of signedIn) {
    const reply = await runtime.http(method, path, undefined, { token });
    expect([path, reply.status, reply.body.code, reply.body.reason]).toEqual([
      path,
      401,
      'SESSION_ENDED',
      'suspended',
    ]);
  }
});
