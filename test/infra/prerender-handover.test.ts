import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';

const portal = join(import.meta.dirname, '../../portal');
const script = readFileSync(join(portal, 'public/first-view.js'), 'utf8');

type Fetch = (path: string, options: RequestInit) => Promise<Response>;
interface Browser {
  readonly fetch: Fetch;
  readonly locks?: { request(name: string, work: () => Promise<Response>): Promise<Response> };
}
const fromNow = async (_name: string, work: () => Promise<Response>) => work();

/**
 * A page that was made at build time asks the API before our scripts arrive; this helper runs that, and the scripts
 * that take the answers over.
 */
async function opened({ fetch, locks = { request: fromNow } }: Browser, view = '/me') {
  const window: Record<string, unknown> = {
    fetch,
    AbortController,
  };
  for (const kept of ['localStorage', 'sessionStorage'])
    window[kept] = { getItem: () => null } satisfies Pick<Storage, 'getItem'>;
  const html = { getAttribute: () => view, setAttribute: () => undefined };
  runInNewContext(script, {
    window,
    fetch,
    AbortController,
    setTimeout,
    clearTimeout,
    Date,
    history: {},
    location: { pathname: view },
    navigator: { locks },
    document: { documentElement: html, addEventListener: () => undefined },
  });
  vi.stubGlobal('window', window);
  const { prefetchedCall } = await import(join(portal, 'src/app/prerender-handover.ts'));
  return prefetchedCall as (
    what: 'session' | 'config',
    ask: () => Promise<Response>,
  ) => { fetch?: (request: Request) => Promise<Response> };
}
const again = () => Promise.resolve(new Response('asked again'));
const request = new Request('http://127.0.0.1/v1/session/refresh');

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('SES-2 what is asked before scripts have come', () => {
  it('is asked once: the refresh under the lock of all tabs, on the first screen alone', async () => {
    const asked: string[] = [];
    const fetch: Fetch = async (path) => {
      asked.push(path);
      return new Response(path);
    };
    const prefetched = await opened({ fetch });
    const first = prefetched('session', again).fetch;
    expect(await (await first?.(request))?.text()).toBe('/v1/session/refresh');
    expect(prefetched('session', again).fetch).toBeUndefined();
    expect(asked).toEqual(['/v1/config', '/v1/session/refresh']);
    expect((await opened({ fetch }, '/login'))('session', again).fetch).toBeUndefined();
  });

  it('waits for no answer for ever, so that the lock stops no other tab; then our scripts ask', async () => {
    vi.useFakeTimers();
    let freed = false;
    const hanging: Fetch = (_path, { signal }) =>
      new Promise((_answer, fail) => signal?.addEventListener('abort', () => fail(signal.reason)));
    const prefetched = await opened({
      fetch: hanging,
      locks: {
        request: (_name, work) =>
          work().finally(() => {
            freed = true;
          }),
      },
    });
    const taken = prefetched('session', again).fetch?.(request);
    await vi.advanceTimersByTimeAsync(7_900);
    expect(freed).toBe(false);
    // Within the ten seconds in which the API accepts the same cookie twice.
    await vi.advanceTimersByTimeAsync(200);
    expect(freed).toBe(true);
    expect(await (await taken)?.text()).toBe('asked again');
  });

  it.each([
    ['refuses the lock', { request: () => Promise.reject(new Error('SecurityError')) }],
    [
      'throws for it',
      {
        request: () => {
          throw new Error('SecurityError');
        },
      },
    ],
  ])('is asked by our scripts where the browser %s', async (_what, locks) => {
    const prefetched = await opened({ fetch: async (path) => new Response(path), locks });
    const { fetch = again } = prefetched('session', again);
    expect(await (await fetch(request)).text()).toBe('asked again');
    expect(await (await prefetched('config', again).fetch?.(request))?.text()).toBe('/v1/config');
  });

  it('tells the time at which it is read, however long it lay there', async () => {
    vi.useFakeTimers({ now: Date.parse('2027-03-02T02:00:00Z') });
    const answer = () =>
      new Response('{}', { status: 401, headers: { date: 'Tue, 02 Mar 2027 02:00:05 GMT' } });
    const prefetched = await opened({ fetch: async () => answer() });
    await vi.advanceTimersByTimeAsync(30_000);
    const { status, headers } = (await prefetched('session', again).fetch?.(request)) ?? new Response();
    expect([status, headers.get('date')]).toEqual([401, 'Tue, 02 Mar 2027 02:00:35 GMT']);
  });
});
