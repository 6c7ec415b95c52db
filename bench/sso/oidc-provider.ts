import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { callsPath, countCalls } from '../login/calls.ts';
import { obey, tell } from '../login/child.ts';

/**
 * The library that we compare with: oidc-provider with an adapter for one DynamoDB table, on the SDK that our code
 * uses. The library gives the same results: code with PKCE, `private_key_jwt`, ID token and access token as JWTs with
 * ES256, a refresh token that does not rotate. Everything else is its default. The library is installed in bench/ only,
 * so the types of the used parts are written here by hand.
 */
interface Provider {
  on(event: 'server_error', listener: (context: unknown, error: Error) => void): void;
  callback(): (request: IncomingMessage, response: ServerResponse) => void;
  interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>;
  readonly Grant: new (facts: object) => Grant;
}
interface Grant {
  addOIDCScope(scope: string): void;
  addResourceScope(resource: string, scope: string): void;
  save(): Promise<string>;
}
interface Asked {
  readonly oidc: {
    readonly provider: Provider & { readonly Grant: { find(id: string): Promise<Grant> } };
    readonly client: { readonly clientId: string };
    readonly session: { readonly accountId: string; grantIdFor(clientId: string): string | undefined };
  };
}
interface PeerSetup {
  readonly table: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly resource: string;
  readonly publicJwk: object;
  readonly signingJwk: object;
}
const { table, clientId, redirectUri, resource, publicJwk, signingJwk } = JSON.parse(
  process.argv[2] ?? '',
) as PeerSetup;
const db = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
  marshallOptions: { removeUndefinedValues: true },
});
const calls = countCalls();

interface Row {
  readonly payload: Record<string, unknown>;
  readonly ttl?: number;
}
/** One row for each artefact, found by its id; an index finds sessions and grants. */
class Adapter {
  readonly model: string;
  constructor(model: string) {
    this.model = model;
  }
  private key(id: string) {
    return { id: `${this.model}:${id}` };
  }
  private alive(row: Row | undefined) {
    return row && (row.ttl === undefined || row.ttl > Date.now() / 1000) ? row.payload : undefined;
  }
  async upsert(id: string, payload: Record<string, unknown>, expiresIn?: number) {
    const { uid, grantId } = payload;
    const ttl = expiresIn === undefined ? undefined : Math.floor(Date.now() / 1000) + expiresIn;
    const Item = { ...this.key(id), payload, ttl, uid, grantId };
    await db.send(new PutCommand({ TableName: table, Item }));
  }
  async find(id: string) {
    const found = await db.send(
      new GetCommand({ TableName: table, Key: this.key(id), ConsistentRead: true }),
    );
    return this.alive(found.Item as Row | undefined);
  }
  async findByUid(uid: string) {
    const { Items: [row] = [] } = await db.send(
      new QueryCommand({
        TableName: table,
        IndexName: 'byUid',
        KeyConditionExpression: 'uid = :uid',
        ExpressionAttributeValues: { ':uid': uid },
      }),
    );
    return this.alive(row as Row | undefined);
  }
  async consume(id: string) {
    await db.send(
      new UpdateCommand({
        TableName: table,
        Key: this.key(id),
        UpdateExpression: 'SET payload.#consumed = :now',
        ConditionExpression: 'attribute_not_exists(payload.#consumed)',
        ExpressionAttributeNames: { '#consumed': 'consumed' },
        ExpressionAttributeValues: { ':now': Math.floor(Date.now() / 1000) },
      }),
    );
  }
  async destroy(id: string) {
    await db.send(new DeleteCommand({ TableName: table, Key: this.key(id) }));
  }
  revokeByGrantId(): never {
    throw new Error('Nothing is revoked here');
  }
}

// The import uses a variable, so that the type check does not need the package.
const load = async <T>(name: string): Promise<T> => (await import(name)) as T;
const library = await load<{ default: new (issuer: string, configuration: object) => Provider }>(
  'oidc-provider',
);
const scope = 'openid profile';
const server = createServer();
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const provider = new library.default(`http://127.0.0.1:${port}`, {
    adapter: Adapter,
    clients: [
      {
        client_id: clientId,
        redirect_uris: [redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        id_token_signed_response_alg: 'ES256',
        jwks: { keys: [publicJwk] },
      },
    ],
    jwks: { keys: [signingJwk] },
    cookies: { keys: ['only for this benchmark'] },
    findAccount: (_: unknown, accountId: string) => ({
      accountId,
      claims: async () => ({ sub: accountId, name: '测**' }),
    }),
    claims: { profile: ['name'] },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/login/${uid}` },
    // The person is not asked, as with our setting `silent`.
    loadExistingGrant: async ({ oidc: { provider: own, client, session } }: Asked) => {
      const known = session.grantIdFor(client.clientId);
      if (known) return own.Grant.find(known);
      const grant = new own.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(scope);
      grant.addResourceScope(resource, scope);
      await grant.save();
      return grant;
    },
    issueRefreshToken: () => true,
    rotateRefreshToken: false,
    ttl: {
      AccessToken: 300,
      AuthorizationCode: 60,
      IdToken: 300,
      RefreshToken: 43_200,
      Session: 43_200,
      Grant: 43_200,
      Interaction: 600,
    },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
      },
    },
  });
  provider.on('server_error', (_, error) => process.stderr.write(`${error.stack}\n`));
  const answer = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === callsPath) return void response.end(String(calls()));
    const accountId = String(request.headers['x-bench-person']);
    // The last call of a login page; the login itself is not measured.
    if (request.url?.startsWith('/login/'))
      return void provider.interactionFinished(request, response, { login: { accountId } });
    answer(request, response);
  });
  tell({ kind: 'ready', port });
});
obey();
