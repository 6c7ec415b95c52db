import { arrayOf, type JsonObject, objectOf } from '../http/json.ts';
import { PlainError } from '../http/plain-error.ts';
import type { TableModel } from '../template/model.ts';
import { type DynamoDbCall, DynamoDbError } from './dynamodb-client.ts';

/**
 * Creates the template's tables; existing ones are kept. TTL stays off, because DynamoDB Local would follow the
 * machine's clock, and only the virtual clock may expire items.
 * @throws PlainError if the kept data belong to tables with another structure
 */
export async function createTables(call: DynamoDbCall, tables: readonly TableModel[]): Promise<void> {
  await Promise.all(
    tables.map(async ({ name, properties }) => {
      const wanted = definition(name, properties);
      try {
        await call('CreateTable', wanted);
      } catch (error) {
        if (!(error instanceof DynamoDbError) || error.name !== 'ResourceInUseException') throw error;
        const existing = objectOf((await call('DescribeTable', { TableName: name })).Table);
        if (shape(existing) !== shape(wanted))
          throw new PlainError(
            `Table ${name} in the data folder has other keys than the application wants: delete the data folder and start again.`,
            `数据目录中的表 ${name} 与当前程序的主键或索引不一致：请删除数据目录后重新启动。`,
          );
        // The data are from before the table had a stream.
        if (wanted.StreamSpecification && !existing.LatestStreamArn)
          await call('UpdateTable', { TableName: name, StreamSpecification: wanted.StreamSpecification });
      }
    }),
  );
}

function definition(name: string, p: JsonObject): JsonObject {
  const indexes = (property: string) =>
    arrayOf(p[property]).map((raw) => {
      const { IndexName, KeySchema, Projection } = objectOf(raw);
      return { IndexName, KeySchema, Projection };
    });
  const global = indexes('GlobalSecondaryIndexes');
  const local = indexes('LocalSecondaryIndexes');
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: p.AttributeDefinitions,
    KeySchema: p.KeySchema,
    ...(p.StreamSpecification
      ? {
          StreamSpecification: {
            StreamEnabled: true,
            StreamViewType: objectOf(p.StreamSpecification).StreamViewType,
          },
        }
      : {}),
    ...(global.length > 0 ? { GlobalSecondaryIndexes: global } : {}),
    ...(local.length > 0 ? { LocalSecondaryIndexes: local } : {}),
  };
}

/** The attributes of a table that cannot be changed later, in a form that can be compared. */
function shape(table: JsonObject): string {
  const keys = (schema: unknown) =>
    arrayOf(schema)
      .map((key) => `${String(objectOf(key).KeyType)} ${String(objectOf(key).AttributeName)}`)
      .sort();
  const indexes = (list: unknown) =>
    arrayOf(list)
      .map((raw) => {
        const { IndexName, KeySchema, Projection } = objectOf(raw);
        return JSON.stringify([IndexName, keys(KeySchema), objectOf(Projection).ProjectionType]);
      })
      .sort();
  const attributes = arrayOf(table.AttributeDefinitions)
    .map((a) => `${String(objectOf(a).AttributeName)} ${String(objectOf(a).AttributeType)}`)
    .sort();
  return JSON.stringify([
    keys(table.KeySchema),
    attributes,
    indexes(table.GlobalSecondaryIndexes),
    indexes(table.LocalSecondaryIndexes),
  ]);
}
