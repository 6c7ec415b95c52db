import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { FlowDeclaration } from '#contract/flow.ts';
import { channelKeysSchema, parseSettings, type Settings } from '#contract/settings.ts';
import type { HandleKeys, Keys } from '#crypto/keys.ts';
import type { DataKeys } from '#crypto/sealed.ts';
import type { SigningRing } from '#crypto/signing-ring.ts';
import type { RelyingParty } from '#domain/sso/relying-parties.ts';
import type { FaceGateway } from '#gateways/face/index.ts';
import {
  getDataKeys,
  getHandleKeys,
  getKeys,
  getProviderCredentials,
  getSigningRing,
} from '#gateways/secrets.ts';
import type { SmsGateway } from '#gateways/sms/index.ts';
import type { Db } from '#store/dynamodb/tables.ts';

/** Parts that a container opens once, and only for the flows that need them, so that other flows do not load them. */
export interface ContextParts {
  readonly db?: Db;
  readonly sms?: (settings: Settings['sms'], credentials: typeof getProviderCredentials) => SmsGateway;
  readonly face?: (settings: Settings['face'], credentials: typeof getProviderCredentials) => FaceGateway;
}

/**
 * Everything that a step works with. Asking for a part or secret that the contract does not list is a programming
 * error.
 */
export interface FlowContext {
  readonly settings: Settings;
  readonly db: Db;
  /** Keys for personal fields. Whoever has them can try out all documents and phones, so few flows get them. */
  readonly keys: Keys;
  /** Keys for what we hand out and get back. */
  readonly handles: HandleKeys;
  readonly dataKeys: DataKeys;
  readonly signing: SigningRing;
  /** The clients of single sign-on (SSO-1). */
  readonly relyingParties: readonly RelyingParty[];
  readonly sms: SmsGateway;
  readonly face: FaceGateway;
}

const madeOnce = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

export const settings = madeOnce(() => parseSettings(JSON.parse(process.env.SETTINGS ?? '{}')));
export const channelKeys = madeOnce(() =>
  v.parse(channelKeysSchema, JSON.parse(process.env.CHANNEL_KEYS ?? '{}')),
);

/** The list was checked when the stage was synthesized and lies beside the bundle (infra/bundle.ts). */
const relyingParties = madeOnce((): readonly RelyingParty[] =>
  JSON.parse(readFileSync(join(process.env.LAMBDA_TASK_ROOT ?? '.', 'relying-parties.json'), 'utf8')),
);

/** Builds the context of one invocation; after the first time the secrets come from the container's cache. */
export function flowContextOf(contract: FlowDeclaration, parts: ContextParts): () => Promise<FlowContext> {
  const sms = madeOnce(() => parts.sms?.(settings().sms, getProviderCredentials));
  const face = madeOnce(() => parts.face?.(settings().face, getProviderCredentials));
  const needs = new Set(contract.secrets ?? []);
  return async () => {
    const [keys, handles, dataKeys, signing] = await Promise.all([
      needs.has('root') ? getKeys() : undefined,
      needs.has('handles') ? getHandleKeys() : undefined,
      needs.has('sealing') ? getDataKeys() : undefined,
      needs.has('signing') ? getSigningRing() : undefined,
    ]);
    const part = <T>(value: T | undefined, what: string): T => {
      if (value === undefined) throw new Error(`The contract of ${contract.name} does not list ${what}`);
      return value;
    };
    return {
      settings: settings(),
      get db() {
        return part(parts.db, 'tables');
      },
      get keys() {
        return part(keys, 'the secret root');
      },
      get handles() {
        return part(handles, 'the secret handles');
      },
      get dataKeys() {
        return part(dataKeys, 'the secret sealing');
      },
      get signing() {
        return part(signing, 'the secret signing');
      },
      get relyingParties() {
        const carried = contract.carries?.includes('relying-parties.json') || undefined;
        return part(carried && relyingParties(), 'the file relying-parties.json');
      },
      get sms() {
        return part(sms(), 'the gateway sms');
      },
      get face() {
        return part(face(), 'the gateway face');
      },
    };
  };
}
