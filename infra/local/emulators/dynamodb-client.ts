import type { Agent } from 'node:http';
import { AwsV4Signer } from 'aws4fetch';
import { makeAgent, post } from '../http/http.ts';
import { type JsonObject, objectOf, parseJson, stringOf } from '../http/json.ts';

/**
 * Signs for DynamoDB Local. Without -sharedDb it keeps the data of each access key apart; the key is therefore this
 * runtime's namespace: letters and digits only.
 */
export function signerOf(url: URL, namespace: string, region: string) {
  const cache = new Map<string, ArrayBuffer>();
  return async (target: string, body: Buffer | string): Promise<Record<string, string>> => {
    const { headers } = await new AwsV4Signer({
      method: 'POST',
      url: url.href,
      service: 'dynamodb',
      region,
      accessKeyId: namespace,
      secretAccessKey: 'local',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target },
      // Bytes are as good to it; its type asks for what a browser knows.
      body: body as string,
      cache,
    }).sign();
    return Object.fromEntries(headers);
  };
}

export type DynamoDbCall = (action: string, input: JsonObject) => Promise<JsonObject>;

export class DynamoDbError extends Error {
  constructor(type: string, message: string) {
    super(message);
    this.name = type;
  }
}

/** Plain calls for what the runtime itself does with DynamoDB Local. */
export function dynamoDbClient(
  endpoint: string,
  namespace: string,
  region: string,
  agent: Agent = makeAgent(),
): DynamoDbCall {
  const url = new URL(endpoint);
  const signed = signerOf(url, namespace, region);
  return async (action, input) => {
    const text = JSON.stringify(input);
    const answer = await post(url, await signed(`DynamoDB_20120810.${action}`, text), text, agent);
    const body = objectOf(parseJson(answer.body.toString('utf8')));
    if (answer.status === 200) return body;
    const type = stringOf(body.__type)?.split('#').at(-1) ?? `HTTP ${answer.status}`;
    throw new DynamoDbError(type, stringOf(body.message) ?? stringOf(body.Message) ?? type);
  };
}
