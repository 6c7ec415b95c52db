import { StandardRetryStrategy } from '@smithy/core/retry';

/** Of one call, the first included. */
export const maxAttempts = 3;
/** The SDK's own first pause for DynamoDB, milliseconds; doubled at each try, with full jitter. */
const baseDelay = 25;
/** What the SDK takes from its quota of 500 for a retry after a cut connection, a time-out or a 5xx is 14. */
const givenBack = 12;

type Token = Parameters<StandardRetryStrategy['refreshRetryTokenForRetry']>[0];
type Failure = Parameters<StandardRetryStrategy['refreshRetryTokenForRetry']>[1];

/**
 * The SDK's standard retries, with room for a process that serves many requests at once: 500 points at 14 each are 35
 * retries, so that of eighty calls that one hiccup hit, half got none. At 2 each they are 250. Throttled calls pay as
 * the SDK says.
 */
class Retries extends StandardRetryStrategy {
  override refreshRetryTokenForRetry(token: Token, failure: Failure): Promise<Token> {
    if (failure.errorType === 'TRANSIENT')
      this.recordSuccess(Object.assign(Object.create(token), { getRetryCost: () => givenBack }));
    return super.refreshRetryTokenForRetry(token, failure);
  }
}

export const standardRetries = (): StandardRetryStrategy => new Retries({ maxAttempts, baseDelay });
