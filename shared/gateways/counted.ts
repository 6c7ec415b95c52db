import { metrics, writeLine } from './log.ts';

/**
 * Calls an outside provider and counts the call in log and metric, so that operators see whether codes are sent and
 * faces checked even where people get a general answer.
 * @param isAway whether an error means that the provider is unavailable, and not that it refused this one call
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
      event: 'provider-called',
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
