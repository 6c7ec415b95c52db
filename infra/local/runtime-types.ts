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
import type { SentMessage } from './emulators/outbox.ts';
import type { FunctionUsage } from './emulators/usage.ts';
import type { JsonObject } from './http/json.ts';
import type { LogLine } from './lambda/logs.ts';

export interface RuntimeOptions {
  /** 0 = a free one (the default). */
  readonly port?: number;
  readonly inMemory: boolean;
  /** Where data is kept; needed unless `inMemory`. */
  readonly dataDir?: string;
  /** Builds the portal's pages where their sources changed, and serves them. */
  readonly portal?: boolean;
  /** Other sources of the portal than the project's own: for tests. */
  readonly portalRoot?: string;
  /** Loads demo people and companies at the first start. */
  readonly demo?: boolean;
  /** LGN-12: requests of one address before a challenge is asked for; null (the default) = never. */
  readonly challengeAfter?: number | null;
  readonly policies?: Partial<Policies>;
  /** Settings of the stage beside the policies, e.g. `legacyUntil`. */
  readonly settings?: Partial<SettingsInput>;
  /** Public keys of channels in the place of this machine's own, which then are strangers. */
  readonly channelKeys?: ChannelKeys;
  /** Runs three tax systems as well, to which people are handed over: the clients of single sign-on. */
  readonly taxSystems?: boolean;
  /** Clients of single sign-on in the place of those. */
  readonly relyingParties?: readonly RelyingPartyInput[];
  /** Beside those. */
  readonly moreRelyingParties?: readonly RelyingPartyInput[];
  /**
   * Loads each function at its first call instead of all at the start: for tests, which need few of them and start often.
   * What can't be loaded is then found late.
   */
  readonly loadLate?: boolean;
  /** What CloudFront would show beside its own headers; without it they are believed nowhere. */
  readonly originSecret?: string;
  /** Seconds that no function may take longer, whatever the template gives it: for tests of what hangs. */
  readonly longestSeconds?: number;
  /** An assembly of stage `local` that exists already, of whatever settings; otherwise it is synthesized. */
  readonly stageDir?: string;
  /** An assembly that is run as it is: no setting of these options reaches it. */
  readonly assemblyDir?: string;
  /** A DynamoDB Local that runs already (also by the environment's DYNAMODB_ENDPOINT). */
  readonly dynamodbEndpoint?: string;
  /** Letters and digits; keeps this run's data apart from others in one DynamoDB Local. */
  readonly namespace?: string;
  /** Prints every log line of the functions, not only errors. */
  readonly verbose?: boolean;
  /** Prints nothing, not even errors: for tests that provoke them. */
  readonly quiet?: boolean;
  /** Told what is going on while it starts. */
  readonly progress?: (line: string) => void;
}

export interface RuntimeClock {
  now(): Date;
  fixed(): boolean;
  /** Stops it at an instant (ISO 8601, or epoch milliseconds). */
  set(instant: string | number | Date): void;
  advance(seconds: number): void;
  /** Back to the machine's time. */
  reset(): void;
}

export interface Runtime {
  /** `http://127.0.0.1:PORT`, also the issuer. */
  readonly url: string;
  readonly issuer: string;
  readonly clock: RuntimeClock;
  readonly faults: Faults;
  /** Calls DynamoDB Local directly, past every policy: to look at what stands there. */
  readonly dynamodb: DynamoDbCall;
  /** The current value of a secret, by the end of its name (`root`), past every policy: to make what functions make. */
  secret(name: string): string;
  /** KMS's Decrypt, past every policy. */
  decrypt(input: JsonObject): JsonObject;
  /** Names of the tables of the template. */
  readonly tables: readonly string[];
  /** What did not go as told while the demo people were loaded; undefined where there are none. */
  readonly demo: readonly string[] | undefined;
  /** The tax systems that run beside it; undefined where there are none. */
  readonly taxSystems: Pick<TaxSystems, 'list' | 'notices' | 'answerLogouts'> | undefined;
  /** Messages sent, newest first. */
  sms(phone?: string): SentMessage[];
  /** What the face provider answers from now on. */
  face(outcome: FaceOutcome): void;
  faceOutcome(): FaceOutcome;
  assertion(channel: Channel, input: AssertionInput): Promise<string>;
  hasSchedule(name: string): boolean;
  /** Runs a schedule's function and answers what it returned. Throws FunctionError. */
  schedule(name: string): Promise<unknown>;
  /** Feeds ndjson to the registry feed function. Throws FunctionError. */
  registry(ndjson: string | Readable): Promise<FeedResult>;
  hasRotation(secret: string): boolean;
  /** Rotates a secret, by its name or the end of it. Throws FunctionError. */
  rotateSecret(secret: string): Promise<void>;
  /** Starts a function by its flow's name with any event and answers what it returned. Throws FunctionError. */
  invoke(functionName: string, event: unknown): Promise<unknown>;
  /** Resolves when no change of a table and no message that is due waits for its function any more. */
  settled(): Promise<void>;
  /** Bodies of what lies in a queue, by the end of its name. */
  queued(name: string): string[];
  usage(): Record<string, FunctionUsage>;
  resetUsage(): void;
  /** What a policy refused. */
  denials(): readonly Denial[];
  /** Granted (action, resource) pairs that no call has needed. */
  unusedGrants(): { functionName: string; action: string; resource: string }[];
  logs(): LogLine[];
  /**
   * Begins anew for somebody else: the machine's time, no faults, everybody passes the face check, and nothing observed so
   * far counts (usage, refusals, log lines, needed grants on tables). Tables, messages and secrets stay, and functions
   * stay loaded: what they read once a process (secrets, keys) is not needed again, so those grants stay needed.
   */
  beginAnew(): void;
  /** Ends everything; safe to call twice. */
  stop(): Promise<void>;
}
