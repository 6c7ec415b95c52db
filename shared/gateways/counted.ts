import { metrics, writeLine } from './log.ts';

/**
 * Calls an outside provider and counts it, log and metric: whether codes are sent and faces checked is seen here, not
 * in what people are answered.
 * @param isAway whether an error says that the provider is away, and not that it refused this one call
 */
export async function counted<T>(
  provider: 'sms' | 'face',
  isAway: (error: unknown) => boolean,
  call: () => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  let failed = false;
  try {
    return await call();
  } catch (error) {
    failed = isAway(error);
    throw error;
  } finally {
    writeLine({
      level: failed ? 'WARN' : 'INFO',
      word: 'provider-called',
      ...metrics([['provider']], {
        ProviderCalls: 'Count',
        ProviderFailures: 'Count',
        ProviderMilliseconds: 'Milliseconds',
      }),
      provider,
      ProviderCalls: 1,
      ProviderFailures: failed ? 1 : 0,
      ProviderMilliseconds: Math.round(performance.now() - startedAt),
    });
  }
}
