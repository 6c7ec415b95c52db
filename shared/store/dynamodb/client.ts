import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { asSubsegment } from '#gateways/subsegments.ts';

/**
 * Lambda ends before API Gateway's 30 s do: a call that hangs is given up early and tried again, three times in all.
 * Milliseconds, of one try.
 */
const connectionTimeout = 2_000;
const requestTimeout = 2_500;

/**
 * The SDK's document client (docs/decisions/0025). Region, endpoint (`AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL`)
 * and credentials come from where the SDK looks for them: on Lambda the environment, in a container its endpoint.
 */
export function openClient(): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    retryMode: 'standard',
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout,
      requestTimeout,
      // Without it the handler only warns that a call takes too long.
      throwOnRequestTimeout: true,
      // An answer that began and stands still.
      socketTimeout: requestTimeout,
      httpAgent: { maxSockets: 256 },
      httpsAgent: { maxSockets: 256 },
    },
    // Told here so that no call asks the environment and the profile's files for what no stage of ours sets.
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    accountIdEndpointMode: 'disabled',
    endpointDiscoveryEnabled: false,
  });
  // A call with all its tries is one subsegment (X-Ray): operation and tables, no key and no item.
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (input) =>
        asSubsegment(
          {
            name: 'DynamoDB',
            namespace: 'aws',
            aws: { operation: commandName.replace(/Command$/, ''), ...tablesIn(input.input) },
          },
          () => next(input),
        ),
    { step: 'initialize', name: 'subsegment' },
  );
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

interface Asked {
  readonly TableName?: string;
  readonly RequestItems?: object;
  readonly TransactItems?: readonly Readonly<Record<string, { readonly TableName?: string } | undefined>>[];
}
function tablesIn(input: object): { table_name: string } | { table_names: string[] } {
  const { TableName, RequestItems = {}, TransactItems = [] } = input as Asked;
  const inTransaction = TransactItems.flatMap((item) => Object.values(item).map((one) => one?.TableName));
  const all = [TableName, ...Object.keys(RequestItems), ...inTransaction];
  const names = [...new Set(all)].filter((name) => name !== undefined);
  return names.length === 1 ? { table_name: String(names[0]) } : { table_names: names };
}
