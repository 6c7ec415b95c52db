import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { shardOf, sweepShards } from '#store/people/lockout-sweep.ts';

describe('shards of the midnight sweep', () => {
  it('UNL-1 hold as many locks each as the others', () => {
    const people = 16_000;
    const held = new Array<number>(sweepShards).fill(0);
    for (let i = 0; i < people; i++) {
      const key = `p1_${createHash('sha256').update(String(i)).digest('base64url')}`;
      const shard = shardOf(key);
      held[shard] = (held[shard] ?? 0) + 1;
    }
    // Chance alone changes the size of a shard by about 2 %.
    for (const count of held) expect(Math.abs(count / (people / sweepShards) - 1)).toBeLessThan(0.1);
  });
});
