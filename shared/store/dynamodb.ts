import { createHmac, createSecretKey, hash, type KeyObject, randomUUID } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';

/**
 * DynamoDB's JSON protocol: seven operations are seven POSTs. The SDK's client costs about 0.4 ms of CPU a call, half
 * of all that a login does beyond its hash, and 190 KB of every bundle (docs/decisions/0018). Marshalling
 * stays the SDK's own; the signature is held against aws4's in a test.
 */
export type Operation =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'TransactWriteItems';

/** A refusal of DynamoDB; `name` is the exception's name without namespace. */
export class DynamoDbError extends Error {
  readonly status: number;
  readonly CancellationReasons: readonly { Code?: string; Item?: unknown }[] | undefined;
  readonly Item: unknown;
  constructor(status: number, answer: Readonly<Record<string, unknown>>) {
    super(String(answer.message ?? answer.Message ?? `HTTP ${status}`));
    this.name =
      String(answer.__type ?? `Http${status}`)
        .split('#')
        .at(-1) ?? '';
    this.status = status;
    this.CancellationReasons = answer.CancellationReasons as typeof this.CancellationReasons;
    this.Item = answer.Item;
  }
}

export interface ClientOptions {
  readonly region: string;
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** Tries of one call, the first included. */
  readonly tries: number;
  /** Of one try, from the request to the end of the answer. */
  readonly timeoutMs: number;
}

export type Send = (operation: Operation, input: object) => Promise<Record<string, unknown>>;

const contentType = 'application/x-amz-json-1.0';
/** What passes by itself. Conflicts of transactions are the store's own to repeat. */
const passes =
  /^(ProvisionedThroughputExceededException|ThrottlingException|RequestLimitExceeded|InternalServerError|ServiceUnavailable|LimitExceededException|Http5\d\d)$/;

export function makeClient(options: ClientOptions): Send {
  const url = new URL(options.endpoint);
  const secure = url.protocol === 'https:';
  const agent = new (secure ? https : http).Agent({ keepAlive: true, maxSockets: 256 });
  const sign = signer(url.host, options);

  /** One try. A hanging connection is given up like a hanging answer. */
  const post = (headers: http.OutgoingHttpHeaders, body: Buffer): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const outgoing = (secure ? https : http).request(
        { host: url.hostname, port: url.port, path: '/', method: 'POST', agent, headers },
        (incoming) => {
          let text = '';
          incoming.setEncoding('utf8');
          incoming.on('data', (chunk: string) => {
            text += chunk;
          });
          incoming.on('error', fail);
          incoming.on('end', () => {
            clearTimeout(timer);
            resolve({ status: incoming.statusCode ?? 0, text });
          });
        },
      );
      const fail = (error: Error): void => {
        clearTimeout(timer);
        reject(error);
      };
      const timer = setTimeout(
        () => outgoing.destroy(new Error('DynamoDB did not answer in time')),
        options.timeoutMs,
      );
      outgoing.on('error', fail);
      outgoing.end(body);
    });

  return async (operation, input) => {
    // One token over all tries: an answer that was lost does not make the transaction apply twice.
    const body = Buffer.from(
      JSON.stringify(
        operation === 'TransactWriteItems' ? { ClientRequestToken: randomUUID(), ...input } : input,
      ),
    );
    const callId = randomUUID();
    for (let attempt = 1; ; attempt++) {
      try {
        const { status, text } = await post(sign(operation, body, callId, new Date()), body);
        const answer = parsed(text);
        if (status === 200 && answer) return answer;
        throw new DynamoDbError(status, answer ?? {});
      } catch (error) {
        const final =
          error instanceof DynamoDbError &&
          error.status >= 400 &&
          error.status < 500 &&
          !passes.test(error.name);
        if (final || attempt >= options.tries) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 50 * 2 ** attempt));
      }
    }
  };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Signature Version 4 of such a POST. The day's key is kept, as a key object: a Buffer costs five times as much. */
function signer(host: string, { region, accessKeyId, secretAccessKey, sessionToken }: ClientOptions) {
  const names = `content-length;content-type;host;x-amz-date;${sessionToken ? 'x-amz-security-token;' : ''}x-amz-target`;
  const tokenLine = sessionToken ? `x-amz-security-token:${sessionToken}\n` : '';
  let key: { day: string; object: KeyObject } | undefined;
  const keyOf = (day: string): KeyObject => {
    if (key?.day !== day) {
      let object = createSecretKey(`AWS4${secretAccessKey}`, 'utf8');
      for (const part of [day, region, 'dynamodb', 'aws4_request'])
        object = createSecretKey(createHmac('sha256', object).update(part).digest());
      key = { day, object };
    }
    return key.object;
  };
  return (operation: Operation, body: Buffer, callId: string, now: Date): http.OutgoingHttpHeaders => {
    const at = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
    const day = at.slice(0, 8);
    const target = `DynamoDB_20120810.${operation}`;
    const signedLines = `content-length:${body.length}\ncontent-type:${contentType}\nhost:${host}\nx-amz-date:${at}\n${tokenLine}x-amz-target:${target}\n`;
    const canonical = `POST\n/\n\n${signedLines}\n${names}\n${hash('sha256', body)}`;
    const scope = `${day}/${region}/dynamodb/aws4_request`;
    const signature = createHmac('sha256', keyOf(day))
      .update(`AWS4-HMAC-SHA256\n${at}\n${scope}\n${hash('sha256', canonical)}`)
      .digest('hex');
    return {
      host,
      'content-type': contentType,
      'content-length': body.length,
      'x-amz-date': at,
      'x-amz-target': target,
      ...(sessionToken ? { 'x-amz-security-token': sessionToken } : {}),
      // The same over all tries of a call, as the SDK sends it.
      'amz-sdk-invocation-id': callId,
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    };
  };
}
