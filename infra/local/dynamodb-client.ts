import type { Agent } from 'node:http';
import { makeAgent, post } from './http.ts';
import { type JsonObject, objectOf, parseJson, stringOf } from './json.ts';

/**
 * Without -sharedDb, DynamoDB Local keeps the data of each access key apart. The key is therefore this runtime's
 * namespace: letters and digits only.
 */
export const credential = (namespace: string, region: string): string =>
  `AWS4-HMAC-SHA256 Credential=${namespace}/20260101/${region}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`;

export type DynamoDbCall = (action: string, input: JsonObject) => Promise<JsonObject>;

export class DynamoDbError extends Error {
  constructor(type: string, message: string) {
    super(message);
    this.name = type;
  }
}

/** Plain calls for what the runtime itself does with DynamoDB Local (which checks no signature). */
export function dynamoDbClient(
  endpoint: string,
  namespace: string,
  region: string,
  agent: Agent = makeAgent(),
): DynamoDbCall {
  const url = new URL(endpoint);
  return async (action, input) => {
    const answer = await post(
      url,
      {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${action}`,
        authorization: credential(namespace, region),
      },
      JSON.stringify(input),
      agent,
    );
    const body = objectOf(parseJson(answer.body.toString('utf8')));
    if (answer.status === 200) return body;
    const type = stringOf(body.__type)?.split('#').at(-1) ?? `HTTP ${answer.status}`;
    throw new DynamoDbError(type, stringOf(body.message) ?? stringOf(body.Message) ?? type);
  };
}
