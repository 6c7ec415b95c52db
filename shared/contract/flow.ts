import type * as v from 'valibot';
import type { OAuthErrorCode } from '#domain/oauth-problem.ts';
import type { ProblemCode } from '#domain/problem.ts';
import type { TableAction, TableName, TableOrIndex } from './tables.ts';

/**
 * A flow is declared once. Its contract is data; the CDK app makes routes, functions, environment and grants
 * from it, the handler is type-checked against it, OpenAPI and the portal's client are generated from it.
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
  /** It computes argon2id: the target's native binary is put beside the bundle. */
  readonly hashesPasswords?: true;
  /** Files generated at bundling that are put beside the bundle: what is too long for a function's environment. */
  readonly carries?: readonly CarriedFile[];
  readonly memoryMb?: number;
  readonly timeoutSeconds?: number;
  /** HTTP routes by step name. */
  readonly routes?: Readonly<Record<string, RouteDeclaration>>;
  /** What else starts the function. */
  readonly trigger?: ScheduleTrigger | RotationTrigger | FeedTrigger | StreamTrigger | QueueTrigger;
  /** The queues it may send to, by the names that the triggers of other flows give them. */
  readonly sends?: readonly string[];
}

/** `openapi.json`: the contracts; `relying-parties.json`: the clients of single sign-on (SSO-1). */
export type CarriedFile = 'openapi.json' | 'relying-parties.json';

/**
 * Secrets: `root` derives the keys of personal fields (index and pepper); `handles` those of what we hand out (codes, refresh
 * tokens, challenges, pseudonyms); `signing` holds JWT keys; `sealing` wrapped data keys; `providers` credentials of SMS and
 * face providers.
 */
export type SecretName = 'root' | 'handles' | 'signing' | 'sealing' | 'providers';
export type GatewayName = 'sms' | 'face';

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
 * Changes of tables, in their order for each item, at least once. A batch that fails comes again, in halves; what nobody
 * could take in so many tries, or within a day, goes to the flow's dead letters, and somebody is told.
 */
export interface StreamTrigger {
  readonly kind: 'stream';
  /**
   * By table (with `streams` in tables.ts): Lambda's filter patterns, of which one must fit a change, so that the many
   * others cost nothing. An empty list lets every change through.
   */
  readonly tables: Partial<Record<TableName, readonly ChangePattern[]>>;
  /** Changes in one start at most; 100 unless said otherwise. */
  readonly batchSize?: number;
  /** 10 unless said otherwise. */
  readonly tries?: number;
}

/** A pattern over one record of a stream: attributes in DynamoDB's form (`{ ended: { M: { reason: { S: […] } } } }`). */
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
  /** How often a message is tried; afterwards it goes to the flow's dead letters, and somebody is told. */
  readonly tries: number;
  /** From the begin of one try to the next. */
  readonly retrySeconds: number;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Schema = v.GenericSchema;

/**
 * Who may call a route.
 * - `public`: anybody.
 * - `public-or-channel`: anybody; a Channel-Assertion, when sent, must be valid and names the channel.
 * - `channel`: a Channel-Assertion is needed.
 * - `session`: an access token is needed; the access basis of a company identity is looked at in each call.
 * - `refresh`: the refresh cookie is needed.
 * - `client`: a relying party by its signed assertion in the form (SSO-3), spent unless the step `spendsAssertion`.
 * - `client-token`: an access token that was given to a relying party; what it stands on is the step's to look at.
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
   * `session` only: answers also while the session's company identity is lost (REL-7, REL-8), as to the natural person,
   * with `caller.lost` set. Elsewhere such a session is refused with RELATION_NOT_FOUND.
   */
  readonly evenIfLost?: true;
  /** LEG-1: answers until this day of the settings, inclusive; then LEGACY_LOGIN_CLOSED before anything is looked at. */
  readonly until?: 'legacyUntil';
  /**
   * `session` only: answers also in a session that the initial password has opened (LGN-11), because it is what changing
   * that takes. Elsewhere such a session is refused with PASSWORD_CHANGE_REQUIRED.
   */
  readonly evenWithInitialPassword?: true;
  /**
   * `session` only: it manages people, agreements or companies, which takes a factor of its own (SES-5, PHN-4). When the
   * person last recovered a phone is read beside the session; the step hands it to `managingFactor`.
   */
  readonly managing?: true;
  /**
   * `session` only: it is about the hand-over that the path's `{id}` names (SSO-4), which is read beside the session for the
   * browser that began it; its cookie says so.
   */
  readonly handOver?: true;
  /** `client` only: the step spends the assertion in a transaction of its own (`clientAssertionPut`). */
  readonly spendsAssertion?: true;
  /**
   * `client` and `client-token`: the call may prove the key that its tokens are bound to, by the header `DPoP` (RFC 9449),
   * and must where they are bound.
   */
  readonly provesKey?: true;
  /** Pages of other origins may make a browser call it: nothing is changed in anybody's name (POST to authorize). */
  readonly fromAnyPage?: true;
  readonly summary: string;
  readonly body?: Schema;
  /**
   * In the place of `body`: an `application/x-www-form-urlencoded` one. A parameter that is sent twice is refused, one
   * without a value is none (RFC 6749, 3.1).
   */
  readonly form?: Schema;
  readonly query?: Schema;
  /**
   * The step judges the parameters itself, because what a mistake is answered with depends on others of them: it finds
   * them as they were sent in `call.parameters`, doubled ones too. `query` and `form` then only describe.
   */
  readonly raw?: true;
  /**
   * `oauth`: every refusal, the general ones too, is `{error, error_description}` (RFC 6749, 5.2). `page`: a browser comes
   * here by itself, and goes on to a page that says what is wrong.
   */
  readonly errorsAs?: 'oauth' | 'page';
  /** Status → schema of the body, `null` for an empty one. */
  readonly answers: Readonly<Record<number, Schema | null>>;
  /**
   * Codes beside the general ones (BAD_REQUEST, BODY_TOO_LARGE, TOO_MANY_REQUESTS, UNAVAILABLE; with an id in the path
   * NOT_FOUND, EXPIRED, STATE_CONFLICT; of what changes something STATE_CONFLICT, ORIGIN_NOT_ALLOWED,
   * MEDIA_TYPE_NOT_SUPPORTED). Tests take no answer that stands in neither (test/support/answers.ts).
   */
  readonly errors?: readonly ProblemCode[];
  /** With `errorsAs: 'oauth'`: its words beside the general ones (invalid_request, temporarily_unavailable, who calls). */
  readonly oauthErrors?: readonly OAuthErrorCode[];
  /** The largest body in KiB; 16 unless said otherwise. */
  readonly bodyLimitKiB?: number;
}

/**
 * Declares a flow: keeps the literal types, so that steps are checked against it. Routes for signed-in people imply the
 * reads that find out who calls, those that manage also the checks of their factor.
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

/** What a company identity stands on: a relation, or several rows in one call. */
export const accessReads = {
  Relationships: ['BatchGetItem'],
  Taxpayers: ['BatchGetItem'],
  Agencies: ['BatchGetItem'],
  Agreements: ['BatchGetItem'],
  CrossRegionReports: ['BatchGetItem'],
} as const satisfies NonNullable<FlowDeclaration['tables']>;

/** The session, and what a company identity stands on. */
const callerReads: NonNullable<FlowDeclaration['tables']> = { Sessions: ['GetItem'], ...accessReads };

/** Of routes that manage: the person's recovery beside the session, and both again in the transaction (PHN-4, SES-5). */
const managingChecks: NonNullable<FlowDeclaration['tables']> = {
  Sessions: ['ConditionCheckItem'],
  Users: ['GetItem', 'ConditionCheckItem'],
};

/** The request of a hand-over, beside the session. */
const handOverReads: NonNullable<FlowDeclaration['tables']> = { Tickets: ['GetItem'] };

/** Of clients: an assertion works once (SSO-3), and one that is refused is audited (SSO-14). */
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

/** Whether a call of this route is more than a look: what foreign pages may not make a browser send (SES-2). */
export const changesSomething = ({ method }: Pick<RouteDeclaration, 'method'>): boolean => method !== 'GET';

/** The environment variable that carries the address of a queue of `sends`. */
export const queueVariable = (queue: string): string => `QUEUE_${queue.replaceAll('-', '_').toUpperCase()}`;

/** API Gateway's name of a route, the key under which a step is found. */
export const routeKey = (route: Pick<RouteDeclaration, 'method' | 'path'>): string =>
  `${route.method} ${route.path}`;
