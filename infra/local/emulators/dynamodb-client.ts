import type { Agent } from 'node:http';
import { makeAgent, post } from '../http/http.ts';
import { type JsonObject, objectOf, parseJson, stringOf } from '../http/json.ts';

/**
 * DynamoDB Local reads the access key of a signature and verifies nothing. Without -sharedDb it keeps the data of each
 * access key apart, so the key is this runtime's namespace: letters and digits only.
 */
export function headersFor(namespace: string, region: string) {
  const scope = `${namespace}/20260101/${region}/dynamodb/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
  return (target: string): Record<string, string> => ({
    authorization,
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-date': '20260101T000000Z',
    'x-amz-target': target,
  });
}

export type DynamoDbCall = (action: string, input: JsonObject) => Promise<JsonObject>;

export class DynamoDbError extends Error {
  constructor(type: string, message: string) {
    super(message);
    this.name = type;
  }
}

/** Plain calls that the runtime itself makes to DynamoDB Local. */
export function dynamoDbClient(
  endpoint: string,
  namespace: string,
  region: string,
  agent: Agent = makeAgent(),
  api: 'DynamoDB' | 'DynamoDBStreams' = 'DynamoDB',
): DynamoDbCall {
  const url = new URL(endpoint);
  const headersOf = headersFor(namespace, region);
  return async (action, input) => {
    const text = JSON.stringify(input);
    const answer = await post(url, headersOf(`${api}_20120810.${action}`), text, agent);
    const body = objectOf(parseJson(answer.body.toString('utf8')));
    if (answer.status === 200) return body;
    const type = stringOf(body.__type)?.split('#').at(-1) ?? `HTTP ${answer.status}`;
    throw new DynamoDbError(type, stringOf(body.message) ?? stringOf(body.Message) ?? type);
  };
}
