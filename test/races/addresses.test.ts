import { beforeAll, describe, expect, it } from 'vitest';
import { deriveHandleKeys } from '#crypto/keys.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { requireHuman } from '#journeys/factors/anti-automation.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { openStore } from '../support/store.ts';
import { long } from '../support/variants.ts';

let ctx: FlowContext;
beforeAll(async () => {
  const db = await openStore('Tickets');
  ctx = {
    db,
    handles: deriveHandleKeys(JSON.stringify({ 1: 'r'.repeat(64) })),
    settings: { policies: defaultPolicies },
  } as unknown as FlowContext;
  // The first connection and the first key need more time than a call has.
  await passed(['192.0.2.1']);
});

let hour = 0;
/** The number of parallel calls; more would only wait for each other's connections. */
const atOnce = 100;

/** Asks from each address, many at once, in a new window; returns how many needed no challenge. */
async function passed(addresses: readonly string[]): Promise<number> {
  const now = new Date(Date.parse('2027-03-02T00:00:00Z') + hour * 3_600_000);
  let free = 0;
  for (let from = 0; from < addresses.length; from += atOnce) {
    const asked = await Promise.all(
      addresses.slice(from, from + atOnce).map((address) =>
        requireHuman(ctx, { now, origin: { channel: 'web', address } } as AnyCall, undefined).then(
          () => true,
          (error: unknown) => {
            if (error instanceof Problem && error.code === 'CHALLENGE_REQUIRED') return false;
            throw error;
          },
        ),
      ),
    );
    free += asked.filter(Boolean).length;
  }
  return free;
}
const of = (count: number, address: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => address(i));
const hex = (number: number) => number.toString(16);

describe('LGN-12 budgets of addresses', () => {
  const { challengeAfter = 20 } = defaultPolicies;
  const budget = challengeAfter ?? 20;

  long('LGN-12 the addresses of one IPv6 /64 have one budget together', async () => {
    hour++;
    let all = 0;
    for (let round = 0; round < 4; round++)
      all += await passed(of(25, (i) => `2001:db8:1:2:${hex(25 * round + i)}::${hex(i * 7)}`));
    expect(all).toBe(budget);
  });

  long('LGN-12 an IPv6 /56 has 16 budgets, and those of its neighbour stay whole', async () => {
    hour++;
    const each = of(20 * budget, (i) => `2001:db8:5:ab${hex(0x10 + (i % 20))}::${hex(i)}`);
    expect(await passed(each)).toBe(16 * budget);
    expect(await passed(of(budget, () => '2001:db8:5:ac01::1'))).toBe(budget);
  });

  long('LGN-12 what one /64 is refused takes nothing from the /56 and the /48 around it', async () => {
    hour++;
    // One address sends twice the budget of the /56. The /56 counts it only while the address itself has a budget.
    for (let round = 0; round < 4; round++)
      expect(await passed(of(8 * budget, () => '2001:db8:6:1::1'))).toBe(round === 0 ? budget : 0);
    expect(await passed(of(budget, () => '2001:db8:6:2::1'))).toBe(budget);
  });

  long('LGN-12 an IPv6 /48 has its own number of budgets', async () => {
    hour++;
    const few = {
      ...ctx,
      settings: { ...ctx.settings, policies: { ...defaultPolicies, budgetsOfV6Slash48: 2 } },
    };
    const whole = ctx;
    ctx = few;
    try {
      expect(await passed(of(4 * budget, (i) => `2001:db8:7:${hex(i % 4)}00::1`))).toBe(2 * budget);
    } finally {
      ctx = whole;
    }
  });

  it('LGN-12 an IPv4 address written as IPv6 has the budget that it has', async () => {
    hour++;
    expect(
      await passed(
        of(3 * budget, (i) => ['203.0.113.5', '::ffff:203.0.113.5', '::FFFF:cb00:7105'][i % 3] ?? ''),
      ),
    ).toBe(budget);
    expect(await passed(of(budget, () => '203.0.113.6'))).toBe(budget);
  });

  it('LGN-12 everything that is no address shares one budget', async () => {
    hour++;
    expect(await passed(of(3 * budget, (i) => ['', 'somewhere', '1.2.3'][i % 3] ?? ''))).toBe(budget);
  });
});
