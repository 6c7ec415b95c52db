import { afterEach, beforeEach, describe, expect, vi } from 'vitest';
import { openTables } from '#store/dynamodb/tables.ts';
import { allowing } from '../support/patience.ts';
import { keeping } from '../support/variants.ts';
import { environmentFor, type Play, startMisbehaving } from './misbehaving-server.ts';

/** Apart from the other tests of the client, because each of these takes as long as a call may hang. */
let server: Awaited<ReturnType<typeof startMisbehaving>>;
beforeEach(async () => {
  server = await startMisbehaving();
  for (const [name, value] of Object.entries(environmentFor(server.origin))) vi.stubEnv(name, value);
});
afterEach(() => {
  server.stop();
  vi.unstubAllEnvs();
});

describe('ERR-02 what does not pass', () => {
  // Each takes seven seconds.
  keeping(0)<[string, Play]>([
    ['hangs', () => undefined],
    ['begins an answer and stands still', (response) => response.writeHead(200).write('{"Item"')],
  ])(
    'a call that %s is given up after three tries, long before the function is out of time',
    async (_what, play) => {
      server.plays(play);
      const startedAt = performance.now();
      expect(
        await openTables()
          .get('Users', { personKey: '甲' })
          .catch((error: unknown) => error),
      ).toBeInstanceOf(Error);
      const took = performance.now() - startedAt;
      expect(server.seen).toHaveLength(3);
      expect(took).toBeGreaterThan(7_000);
      expect(took).toBeLessThan(allowing(20_000));
    },
  );
});
