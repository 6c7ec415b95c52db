import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { RequestHash } from '#crypto/request-hash.ts';
import { maxAttempts, standardRetries } from './retries.ts';

/**
 * Lambda ends before API Gateway's 30 s do: a call that hangs is given up early and tried again, three times in all.
 * Milliseconds, of one try.
 */
const connectionTimeout = 2_000;
const requestTimeout = 2_500;

/** More than any process of ours asks at the same time: no call waits for a socket while its time runs. */
const sockets = { maxSockets: 256 };

/**
 * What the SDK would do at each call and nobody needs: copying input and answer for a log that is not kept, looking for
 * a trace of functions that call each other in a circle (a table calls nobody), and telling by a header which of its
 * features were used.
 */
const unneeded = ['loggerMiddleware', 'recursionDetectionMiddleware', 'getUserAgentMiddleware'];

/**
 * The SDK's client (docs/decisions/0025). Region, endpoint (`AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL`) and
 * credentials come from where the SDK looks for them: on Lambda the environment, in a container its endpoint.
 */
export function openClient(): DynamoDBClient {
  const client = new DynamoDBClient({
    retryStrategy: standardRetries(),
    maxAttempts,
    requestHandler: {
      connectionTimeout,
      requestTimeout,
      // Without it the handler only warns that a call takes too long.
      throwOnRequestTimeout: true,
      // An answer that began and stands still.
      socketTimeout: requestTimeout,
      httpAgent: sockets,
      httpsAgent: sockets,
    },
    // The chain of steps is put together once per kind of call and not at each call; nobody changes it later.
    cacheMiddleware: true,
    sha256: RequestHash,
    // Told here so that no call asks the environment and the profile's files for what no stage of ours sets.
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    accountIdEndpointMode: 'disabled',
    endpointDiscoveryEnabled: false,
  });
  keepSigner(client);
  for (const name of unneeded) client.middlewareStack.remove(name);
  // In CloudTrail this says whose calls they were.
  client.middlewareStack.add(
    (next) => (args) => {
      Object.assign((args.request as { headers: object }).headers, { 'user-agent': 'ahtax-door aws-sdk-js' });
      return next(args);
    },
    { step: 'build', name: 'userAgent' },
  );
  return client;
}

/** The SDK makes a signer for each call, of a copy of all settings; with one region and one service they are all alike. */
function keepSigner({ config }: DynamoDBClient): void {
  const make = config.signer;
  let made: ReturnType<typeof make> | undefined;
  config.signer = (scheme) => {
    made ??= make(scheme).catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
