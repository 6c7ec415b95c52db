import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LegacyRuntime, openLegacyRuntime } from '../flows/support/legacy.ts';
import { companyKinds } from './company-kinds.ts';
import { cases, type Spot, spotsOf, under } from './journeys.ts';
import { laterKinds } from './later-kinds.ts';
import { complete, type Kind, patient } from './patient-runtime.ts';
import { personKinds } from './person-kinds.ts';

/** Every kind of journey except registration, login and reset, which have test files of their own. */
const kinds: readonly Kind[] = [...personKinds, ...companyKinds, ...laterKinds];

let runtime: LegacyRuntime;
beforeAll(async () => {
  runtime = await openLegacyRuntime();
});
afterAll(() => runtime?.stop());

/** The calls of a kind's own routes, found by one run without a fault. */
async function ownSpots({ routes, ready }: Kind): Promise<Spot[]> {
  const own = patient(runtime);
  const journey = await ready(own);
  const spots = await spotsOf(runtime, () => journey.run(false));
  expect(await journey.done()).toBe(true);
  const found = spots.filter(({ routeKey }) => routes.test(routeKey));
  expect(found.length).toBeGreaterThan(0);
  return found;
}
/** The last call of the last route that changes something: usually the write that decides. */
const decisive = (spots: readonly Spot[]): Spot[] =>
  spots.filter(({ routeKey }) => !routeKey.startsWith('GET ')).slice(-1);

describe.each(kinds)('$name', (kind) => {
  const at = async (spot: Spot, fault: (typeof cases)[number]): Promise<void> => {
    const own = patient(runtime);
    const journey = await kind.ready(own);
    await under(runtime, { ...spot, ...fault }, () => complete(own, journey));
  };

  // `npm test` runs one kind of journey of a person and one of a company.
  const often = [personKinds[0], companyKinds[0]].includes(kind) ? {} : { tags: ['long'] };
  it('ERR-01 is done, once, although the answer to its decisive call is lost', often, async () => {
    const [hardest] = cases;
    if (!hardest) throw new Error('no case');
    for (const spot of decisive(await ownSpots(kind))) await at(spot, hardest);
  });

  const [absorbed, borne] = [
    cases.filter(({ times }) => times === 1),
    cases.filter(({ times }) => times > 1),
  ];

  it.each(absorbed)(
    'ERR-01 is done, once, with $kind × $times at every call',
    { tags: ['long'], timeout: 600_000 },
    async (fault) => {
      const spots = await ownSpots(kind);
      const own = patient(runtime);
      const journey = await kind.ready(own);
      // The client library repeats each call, so one journey meets all faults.
      const ids = spots.map((spot) => runtime.faults.add({ ...spot, ...fault }));
      try {
        await complete(own, journey);
        // A read cannot get a conflict. The calls of a journey can differ by one or two, because they depend on timing.
        if (fault.kind !== 'conflict')
          expect(ids.filter((id) => runtime.faults.struck(id) > 0).length).toBeGreaterThan(spots.length / 2);
      } finally {
        runtime.faults.clear();
      }
    },
  );

  it.each(borne)(
    'ERR-01 is done, once, with $kind × $times at any call',
    { tags: ['long'], timeout: 600_000 },
    async (fault) => {
      for (const spot of await ownSpots(kind)) await at(spot, fault);
    },
  );
});
