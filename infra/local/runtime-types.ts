import type { Readable } from 'node:stream';
import type { RelyingPartyInput } from '#contract/relying-parties.ts';
import type { ChannelKeys, SettingsInput } from '#contract/settings.ts';
import type { Channel } from '#domain/names.ts';
import type { Policies } from '#domain/policies.ts';
import type { AssertionInput } from './control/channel-keys.ts';
import type { FeedResult } from './control/registry.ts';
import type { TaxSystems } from './control/tax-systems.ts';
import type { Denial } from './emulators/caller.ts';
import type { DynamoDbCall } from './emulators/dynamodb-client.ts';
import type { FaceOutcome } from './emulators/face-simulator.ts';
import type { Faults } from './emulators/faults.ts';
import type { KeptObject } from './emulators/objects.ts';
import type { SentMessage } from './emulators/outbox.ts';
import type { FunctionUsage } from './emulators/usage.ts';
import type { JsonObject } from './http/json.ts';
import type { LogLine } from './lambda/logs.ts';

export interface RuntimeOptions {
  /** 0 = a free one (the default). */
  readonly port?: number;
  readonly inMemory: boolean;
  /** Where data are stored; required unless `inMemory`. */
  readonly dataDir?: string;
  /** Builds the portal's pages if their sources changed, and serves them. */
  readonly portal?: boolean;
  /** Other sources of the portal than the project's own, for tests. */
  readonly portalRoot?: string;
  /** Loads demo people and companies at the first start. */
  readonly demo?: boolean;
  /** LGN-12: requests of one address before a challenge is needed; null (the default) means never. */
  readonly challengeAfter?: number | null;
  readonly policies?: Partial<Policies>;
  /** Settings of the stage other than the policies, e.g. `legacyUntil`. */
  readonly settings?: Partial<SettingsInput>;
  /** Public keys of channels instead of this machine's own, which then are unknown. */
  readonly channelKeys?: ChannelKeys;
  /** Also runs three tax systems to which people can be handed over: clients of single sign-on. */
  readonly taxSystems?: boolean;
  /** Clients of single sign-on instead of those. */
  readonly relyingParties?: readonly RelyingPartyInput[];
  /** Further clients of single sign-on. */
  readonly moreRelyingParties?: readonly RelyingPartyInput[];
  /**
   * Loads each function at its first call instead of all at the start: for tests, which need few functions and start
   * often. A function that cannot be loaded is then noticed late.
   */
  readonly loadLate?: boolean;
  /** The secret that CloudFront sends with each request; without it no function trusts CloudFront's own headers. */
  readonly originSecret?: string;
  /** No function may take longer than this many seconds, whatever the template allows: for tests of calls that hang. */
  readonly longestSeconds?: number;
  /** An existing assembly of stage `local`, with any settings; without it the stage is synthesized. */
  readonly stageDir?: string;
  /** An assembly that is run unchanged: no setting of these options reaches it. */
  readonly assemblyDir?: string;
  /** A DynamoDB Local that is running already (also given by the environment's DYNAMODB_ENDPOINT). */
  readonly dynamodbEndpoint?: string;
  /** Letters and digits; keeps this run's data apart from other runs in one DynamoDB Local. */
  readonly namespace?: string;
  /** Prints every log line of the functions, not only errors. */
  readonly verbose?: boolean;
  /** Prints nothing, not even errors: for tests that cause them. */
  readonly quiet?: boolean;
  /** Receives progress messages during the start. */
  readonly progress?: (line: string) => void;
}

export interface RuntimeClock {
  now(): Date;
  fixed(): boolean;
  /** Stops it at an instant (ISO 8601, or epoch milliseconds). */
  set(instant: string | number | Date): void;
  advance(seconds: number): void;
  /** Returns to the machine's time. */
  reset(): void;
}

export interface Runtime {
  /** `http://127.0.0.1:PORT`, also the issuer. */
  readonly url: string;
  readonly issuer: string;
  readonly clock: RuntimeClock;
  readonly faults: Faults;
  /** Calls DynamoDB Local directly, without any policy: to inspect the stored items. */
  readonly dynamodb: DynamoDbCall;
  /**
   * The current value of a secret, by the end of its name (`root`), without any policy: to make what functions make.
   */
  secret(name: string): string;
  /** KMS's Decrypt, without any policy. */
  decrypt(input: JsonObject): JsonObject;
  /** Names of the tables of the template. */
  readonly tables: readonly string[];
  /** The steps that failed while the demo people were loaded; undefined if none were loaded. */
  readonly demo: readonly string[] | undefined;
  /** The tax systems of this runtime; undefined if there are none. */
  readonly taxSystems: Pick<TaxSystems, 'list' | 'notices' | 'answerLogouts'> | undefined;
  /** Messages sent, newest first. */
  sms(phone?: string): SentMessage[];
  /** Sets the face provider's answer from now on. */
  face(outcome: FaceOutcome): void;
  faceOutcome(): FaceOutcome;
  assertion(channel: Channel, input: AssertionInput): Promise<string>;
  hasSchedule(name: string): boolean;
  /** Runs a schedule's function and returns its result. Throws FunctionError. */
  schedule(name: string): Promise<unknown>;
  /** Feeds ndjson to the registry feed function. Throws FunctionError. */
  registry(ndjson: string | Readable): Promise<FeedResult>;
  hasRotation(secret: string): boolean;
  /** Rotates a secret, by its name or the end of it. Throws FunctionError. */
  rotateSecret(secret: string): Promise<void>;
  /** Starts a function by its flow's name with any event and returns its result. Throws FunctionError. */
  invoke(functionName: string, event: unknown): Promise<unknown>;
  /**
   * Resolves when no change of a table and no message that is due waits for its function any more. A function whose
   * trigger gathers changes for a window is waited for, and its window ended early, only with `gatherers`.
   */
  settled(which?: { readonly gatherers?: boolean }): Promise<void>;
  /** The bodies of the messages in a queue, by the end of its name. */
  queued(name: string): string[];
  /** The objects that functions have written to the buckets. */
  kept(): readonly KeptObject[];
  usage(): Record<string, FunctionUsage>;
  resetUsage(): void;
  /** The calls that a policy refused. */
  denials(): readonly Denial[];
  /** Granted (action, resource) pairs that no call has needed. */
  unusedGrants(): { functionName: string; action: string; resource: string }[];
  logs(): LogLine[];
  /**
   * Resets the runtime for the next user: the machine's time, no faults, everybody passes the face check, and all
   * observations (usage, refusals, log lines, needed grants on tables) are cleared. Tables, messages and secrets stay,
   * and functions stay loaded. What they read once per process (secrets, keys) will not be read again, so those grants
   * keep their mark.
   */
  beginAnew(): void;
  /** Stops everything; safe to call twice. */
  stop(): Promise<void>;
}
