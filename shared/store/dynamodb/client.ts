import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { asSubsegment } from '#gateways/subsegments.ts';

/**
 * Milliseconds of one try. Lambda ends before API Gateway's 30 s are over, so a call that hangs is given up early and
 * tried again, three times in all.
 */
const connectionTimeout = 2_000;
const requestTimeout = 2_500;

/**
 * The SDK's document client (docs/decisions/0025). Region, endpoint (`AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL`)
 * and credentials come from the usual places of the SDK: on Lambda the environment, in a container its credentials
 * endpoint.
 */
export function openClient(): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    retryMode: 'standard',
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout,
      requestTimeout,
      // Without this option the handler only warns when a call takes too long.
      throwOnRequestTimeout: true,
      // For an answer that began and then stopped.
      socketTimeout: requestTimeout,
      httpAgent: { maxSockets: 256 },
      httpsAgent: { maxSockets: 256 },
    },
    // Set here, so that no call searches the environment and profile files for settings that no stage of ours has.
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    accountIdEndpointMode: 'disabled',
    endpointDiscoveryEnabled: false,
  });
  // Nobody reads what these three make, and each runs at every call: a log without a logger, the name of the SDK for
  // statistics of AWS, and a header for functions that call functions. Without them a login costs a tenth less beyond
  // its hash (docs/measurements.md).
  for (const unread of ['loggerMiddleware', 'getUserAgentMiddleware', 'recursionDetectionMiddleware'])
    client.middlewareStack.remove(unread);
  // All tries of a call are one subsegment (X-Ray) with operation and tables, without key and item.
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (input) =>
        asSubsegment(
          () => ({
            name: 'DynamoDB',
            namespace: 'aws',
            aws: { operation: commandName.replace(/Command$/, ''), ...tablesIn(input.input) },
          }),
          () => next(input),
        ),
    { step: 'initialize', name: 'subsegment' },
  );
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

interface CommandInput {
  readonly TableName?: string;
  readonly RequestItems?: object;
  readonly TransactItems?: readonly Readonly<Record<string, { readonly TableName?: string } | undefined>>[];
}
function tablesIn(input: object): { table_name: string } | { table_names: string[] } {
  const { TableName, RequestItems = {}, TransactItems = [] } = input as CommandInput;
  const inTransaction = TransactItems.flatMap((item) => Object.values(item).map((one) => one?.TableName));
  const all = [TableName, ...Object.keys(RequestItems), ...inTransaction];
  const names = [...new Set(all)].filter((name) => name !== undefined);
  return names.length === 1 ? { table_name: String(names[0]) } : { table_names: names };
}
