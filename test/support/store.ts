import { randomBytes } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { inject } from 'vitest';
import { type TableDeclaration, type TableName, tables, tableVariable } from '#contract/tables.ts';
import { Problem } from '#domain/problem.ts';
import { type Db, openTables } from '#store/dynamodb/tables.ts';

/**
 * Tables with their indexes in a namespace of their own, for the store modules alone: without functions, HTTP and
 * virtual clock.
 */
export async function openStore(...names: TableName[]): Promise<Db> {
  const endpoint = inject('dynamodbEndpoint');
  const credentials = { accessKeyId: `STORE${randomBytes(6).toString('hex')}`, secretAccessKey: 'local' };
  const sdk = new DynamoDBClient({ region: 'local', endpoint, credentials });
  for (const name of names) {
    const { indexes = {}, ...own }: TableDeclaration = tables[name];
    const keysOf = ({ partitionKey, sortKey }: Pick<TableDeclaration, 'partitionKey' | 'sortKey'>) => [
      partitionKey,
      ...(sortKey ? [sortKey] : []),
    ];
    const schemaOf = (keys: readonly string[]) =>
      keys.map((key, at) => ({
        AttributeName: key,
        KeyType: at === 0 ? ('HASH' as const) : ('RANGE' as const),
      }));
    const attributes = new Set([own, ...Object.values(indexes)].flatMap(keysOf));
    const secondary = Object.entries(indexes).map(([index, keys]) => ({
      IndexName: index,
      KeySchema: schemaOf(keysOf(keys)),
      Projection: { ProjectionType: 'ALL' as const },
    }));
    await sdk.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [...attributes].map((key) => ({ AttributeName: key, AttributeType: 'S' })),
        KeySchema: schemaOf(keysOf(own)),
        // DynamoDB accepts no empty list.
        ...(secondary.length > 0 ? { GlobalSecondaryIndexes: secondary } : {}),
      }),
    );
    process.env[tableVariable(name)] = name;
  }
  sdk.destroy();
  process.env.AWS_REGION = 'local';
  process.env.AWS_ENDPOINT_URL_DYNAMODB = endpoint;
  process.env.AWS_ACCESS_KEY_ID = credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
  return openTables();
}

/** The code of the Problem that refuses it; undefined if it succeeds. Any other error is thrown on. */
export async function refusalOf(run: Promise<unknown>): Promise<string | undefined> {
  try {
    await run;
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}
