import type * as v from 'valibot';
import type { ProblemCode } from '#domain/problem.ts';
import type { OAuthErrorCode } from '#domain/sso/oauth-problem.ts';
import type { TableAction, TableName, TableOrIndex } from './tables.ts';

/**
 * A flow is declared once, as data, in its contract. The CDK app makes the routes, functions, environment and grants
 * from the contract; the handler is type-checked against it; OpenAPI and the portal's client are generated from it.
 */
export interface FlowDeclaration {
  /** Kebab-case; also the folder under `functions/` and the function's name. */
  readonly name: string;
  /** One English sentence: what people do here. */
  readonly summary: string;
  /** What the function may do to which table or index, and nothing more. */
  readonly tables?: Partial<Record<TableOrIndex, readonly TableAction[]>>;
  /** The secrets it may read (a rotation may also write them). */
  readonly secrets?: readonly SecretName[];
  /** The outside services it talks to. */
  readonly gateways?: readonly GatewayName[];
  /** The function hashes passwords (argon2id): the native library for its processor is packed beside the bundle. */
  readonly hashesPasswords?: true;
  /**
   * Files that the build generates and packs beside the bundle, because they are too long for a function's environment.
   */
  readonly carries?: readonly CarriedFile[];
  readonly memoryMb?: number;
  readonly timeoutSeconds?: number;
  /** HTTP routes by step name. */
  readonly routes?: Readonly<Record<string, RouteDeclaration>>;
  /** What else starts the function. */
  readonly trigger?: ScheduleTrigger | RotationTrigger | FeedTrigger | StreamTrigger | QueueTrigger;
  /** The buckets into which it may write new objects; it can read, replace and delete none. */
  readonly keepsIn?: readonly BucketName[];
  /** The queues it may send to, by the names that the triggers of other flows give them. */
  readonly sends?: readonly string[];
}

/** `openapi.json`: the contracts; `relying-parties.json`: the clients of single sign-on (SSO-1). */
export type CarriedFile = 'openapi.json' | 'relying-parties.json';

/**
 * Secrets: `root` derives the keys of personal fields (index and pepper); `handles` those of what we hand out (codes,
 * refresh tokens, challenges, pseudonyms); `signing` holds JWT keys; `sealing` wrapped data keys; `providers`
 * credentials of SMS and face providers.
 */
export type SecretName = 'root' | 'handles' | 'signing' | 'sealing' | 'providers';
export type GatewayName = 'sms' | 'face';
/** `audit-copy`: the audit's second copy, under a lock (AUD-1). */
export type BucketName = 'audit-copy';

export interface ScheduleTrigger {
  readonly kind: 'schedule';
  /** The name under /local/schedule and of the EventBridge schedule. */
  readonly name: string;
  /** EventBridge Scheduler expression, e.g. `cron(0 0 * * ? *)`, in `timezone`. */
  readonly expression: string;
  readonly timezone: 'Asia/Shanghai';
}
/** Secrets Manager rotation: also what fills a new secret for the first time. */
export interface RotationTrigger {
  readonly kind: 'rotation';
  readonly secrets: readonly { readonly secret: SecretName; readonly everyDays: number }[];
}
/** Registry feed lines (ENT-3): S3 objects and SQS messages deployed, `/local/registry` on this machine. */
export interface FeedTrigger {
  readonly kind: 'feed';
}

/**
 * A DynamoDB stream. The changes of one item arrive in their order, each at least once. Lambda splits a batch that
 * fails and delivers both halves again. A change that still fails after `tries`, or after a day, goes to the flow's
 * dead-letter queue, and an alarm tells the operators.
 */
export interface StreamTrigger {
  readonly kind: 'stream';
  /**
   * By table (with `streams` in tables.ts): Lambda's filter patterns. A change starts the function if one pattern fits;
   * the many other changes cost nothing. An empty list lets every change through.
   */
  readonly tables: Partial<Record<TableName, readonly ChangePattern[]>>;
  /** Changes in one start at most; 100 unless said otherwise. */
  readonly batchSize?: number;
  /**
   * How long Lambda waits for a batch to fill, at most 300. Without it a change starts the function at once.
   */
  readonly gatherSeconds?: number;
  /** 10 unless said otherwise. */
  readonly tries?: number;
}

/**
 * A pattern over one record of a stream: attributes in DynamoDB's form (`{ ended: { M: { reason: { S: […] } } } }`).
 */
export interface ChangePattern {
  readonly eventName?: readonly ('INSERT' | 'MODIFY' | 'REMOVE')[];
  readonly dynamodb?: Readonly<Partial<Record<'NewImage' | 'OldImage' | 'Keys', object>>>;
}

/** Messages of a queue, at least once, several side by side. The function answers which of a batch failed. */
export interface QueueTrigger {
  readonly kind: 'queue';
  /** Kebab-case: how other flows' `sends` call it. */
  readonly queue: string;
  /** Messages in one start at most; 1 unless said otherwise. */
  readonly batchSize?: number;
  /**
   * How often a message is tried. A message that still fails goes to the flow's dead-letter queue, and an alarm tells
   * the operators.
   */
  readonly tries: number;
  /** Seconds from the start of one try to the start of the next. */
  readonly retrySeconds: number;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Schema = v.GenericSchema;

/**
 * Who may call a route.
 * - `public`: anybody.
 * - `public-or-channel`: anybody; a Channel-Assertion, when sent, must be valid and names the channel.
 * - `channel`: a Channel-Assertion is needed.
 * - `session`: an access token is needed; each call checks the access basis of a company identity.
 * - `refresh`: the refresh cookie is needed.
 * - `client`: a relying party, which proves itself by a signed assertion in the form (SSO-3). The assertion is spent
 * before the step runs, unless the step spends it (`spendsAssertion`).
 * - `client-token`: an access token that a relying party got; the step checks the hand-over and the access basis behind
 * it.
 */
export type Access =
  | 'public'
  | 'public-or-channel'
  | 'channel'
  | 'session'
  | 'refresh'
  | 'client'
  | 'client-token';

export interface RouteDeclaration {
  readonly method: Method;
  /** API Gateway form: `/v1/logins/{id}/sms`. Every `{name}` reaches the step in `params`. */
  readonly path: `/${string}`;
  readonly access: Access;
  /**
   * `session` only: the route also answers while the company identity of the session is lost (REL-7, REL-8). The step
   * then sees the natural person, and `caller.lost` is set. Other routes refuse such a session with RELATION_NOT_FOUND.
   */
  readonly evenIfLost?: true;
  /**
   * LEG-1: the route answers until this day of the settings, inclusive. Later it refuses with LEGACY_LOGIN_CLOSED
   * before anything else is checked.
   */
  readonly until?: 'legacyUntil';
  /**
   * `session` only: the route also answers in a session that the initial password opened (LGN-11), because the person
   * needs it to change that password. Other routes refuse such a session with PASSWORD_CHANGE_REQUIRED.
   */
  readonly evenWithInitialPassword?: true;
  /**
   * `session` only: the route manages people, agreements or companies, which needs a second factor of its own (SES-5,
   * PHN-4). The time of the person's last phone recovery is read together with the session; the step passes it to
   * `managingFactorChecks`.
   */
  readonly managing?: true;
  /**
   * `session` only: the route is about the hand-over that `{id}` in the path names (SSO-4). The hand-over's request is
   * read together with the session. Only the browser that began the request may call; its cookie proves that.
   */
  readonly handOver?: true;
  /** `client` only: the step spends the assertion in its own transaction (`clientAssertionPut`). */
  readonly spendsAssertion?: true;
  /**
   * `client` and `client-token`: the call may prove, by the header `DPoP` (RFC 9449), that it holds the key to which
   * its tokens are bound. If they are bound, it must prove it.
   */
  readonly provesKey?: true;
  /**
   * Pages of other origins may make a browser call this route, because the call changes nothing in the person's name
   * (POST to authorize).
   */
  readonly fromAnyPage?: true;
  readonly summary: string;
  readonly body?: Schema;
  /**
   * Instead of `body`: a body of type `application/x-www-form-urlencoded`. A parameter that is sent twice is refused; a
   * parameter without a value counts as not sent (RFC 6749, 3.1).
   */
  readonly form?: Schema;
  readonly query?: Schema;
  /**
   * The step judges the parameters itself, because the answer to one wrong parameter depends on the other parameters.
   * The step finds all parameters in `call.parameters` as they were sent, also those sent twice. `query` and `form`
   * then only describe the route.
   */
  readonly raw?: true;
  /**
   * `oauth`: every refusal, the general ones included, is `{error, error_description}` (RFC 6749, 5.2). `page`: the
   * browser itself opens this address, so a refusal redirects it to a page that explains what is wrong.
   */
  readonly errorsAs?: 'oauth' | 'page';
  /** Status → schema of the body, `null` for an empty one. */
  readonly answers: Readonly<Record<number, Schema | null>>;
  /**
   * Codes that this route answers beside the general ones. The general codes are BAD_REQUEST, BODY_TOO_LARGE,
   * TOO_MANY_REQUESTS, UNAVAILABLE; with an id in the path also NOT_FOUND, EXPIRED, STATE_CONFLICT; for routes that
   * change something also STATE_CONFLICT, ORIGIN_NOT_ALLOWED, MEDIA_TYPE_NOT_SUPPORTED. Tests refuse an answer with any
   * other code (test/support/answers.ts).
   */
  readonly errors?: readonly ProblemCode[];
  /**
   * With `errorsAs: 'oauth'`: the OAuth error codes of this route beside the general ones (invalid_request,
   * temporarily_unavailable, and those that say who may call).
   */
  readonly oauthErrors?: readonly OAuthErrorCode[];
  /** The largest body in KiB; 16 unless said otherwise. */
  readonly bodyLimitKiB?: number;
}

/**
 * Declares a flow. The literal types are kept, so that steps are checked against them. Routes with access `session` add
 * the grants for reading the session; routes that manage also add the grants for checking their factor.
 */
export const flow = <const F extends FlowDeclaration>(declaration: F): F => {
  const routes: readonly RouteDeclaration[] = Object.values(declaration.routes ?? {});
  const implied = [
    ...(routes.some(({ access }) => access === 'session') ? [callerReads] : []),
    ...(routes.some(({ managing }) => managing) ? [managingChecks] : []),
    ...(routes.some(({ access }) => access === 'client') ? [spentAssertions] : []),
    ...(routes.some(({ provesKey }) => provesKey) ? [spentProofs] : []),
    ...(routes.some(({ handOver }) => handOver) ? [handOverReads] : []),
  ];
  return implied.length === 0
    ? declaration
    : { ...declaration, tables: withAll(declaration.tables ?? {}, implied) };
};

/** The rows behind a company identity: one relation, or several rows that one call reads. */
export const accessReads = {
  Relationships: ['BatchGetItem'],
  Taxpayers: ['BatchGetItem'],
  Agencies: ['BatchGetItem'],
  Agreements: ['BatchGetItem'],
  CrossRegionReports: ['BatchGetItem'],
} as const satisfies NonNullable<FlowDeclaration['tables']>;

/** The session, and the rows behind its company identity. */
const callerReads: NonNullable<FlowDeclaration['tables']> = { Sessions: ['GetItem'], ...accessReads };

/**
 * For routes that manage: the person's last phone recovery is read beside the session, and the transaction checks both
 * again (PHN-4, SES-5).
 */
const managingChecks: NonNullable<FlowDeclaration['tables']> = {
  Sessions: ['ConditionCheckItem'],
  Users: ['GetItem', 'ConditionCheckItem'],
};

/** The request of a hand-over is read beside the session. */
const handOverReads: NonNullable<FlowDeclaration['tables']> = {
  Sessions: ['BatchGetItem'],
  Tickets: ['BatchGetItem'],
};

/** For routes of clients: an assertion works once (SSO-3), and a refused assertion is audited (SSO-14). */
const spentAssertions: NonNullable<FlowDeclaration['tables']> = { Tickets: ['PutItem'], Audit: ['PutItem'] };

/** The proof of a key works once (SSO-6). */
const spentProofs: NonNullable<FlowDeclaration['tables']> = { Tickets: ['PutItem'] };

type Tables = NonNullable<FlowDeclaration['tables']>;
function withAll(tables: Tables, more: readonly Tables[]): Tables {
  const all = { ...tables };
  for (const [table, actions] of more.flatMap(Object.entries) as [TableOrIndex, readonly TableAction[]][])
    all[table] = [...new Set([...(all[table] ?? []), ...actions])];
  return all;
}

/**
 * Whether a call of this route changes something. A browser must not send such a call for a page of another origin
 * (SES-2).
 */
export const changesSomething = ({ method }: Pick<RouteDeclaration, 'method'>): boolean => method !== 'GET';

/** The environment variables that carry a bucket's name and the account to which it belongs. */
export const bucketVariable = (bucket: BucketName): string =>
  `BUCKET_${bucket.replaceAll('-', '_').toUpperCase()}`;
export const bucketOwnerVariable = (bucket: BucketName): string => `${bucketVariable(bucket)}_OWNER`;

/** The environment variable that carries the address of a queue of `sends`. */
export const queueVariable = (queue: string): string => `QUEUE_${queue.replaceAll('-', '_').toUpperCase()}`;

/** API Gateway's name of a route, the key under which a step is found. */
export const routeKey = (route: Pick<RouteDeclaration, 'method' | 'path'>): string =>
  `${route.method} ${route.path}`;
