import * as v from 'valibot';
import { permissions } from '#domain/companies/relations.ts';
import { isDay } from '#domain/days.ts';
import {
  defaultAudiences,
  defaultMatters,
  longestValiditySeconds,
  matterClasses,
  usualValidity,
} from '#domain/factors/matters.ts';
import { type Channel, channels } from '#domain/names.ts';
import { defaultPolicies, type Policies } from '#domain/policies.ts';

/**
 * What a stage chooses. The settings are parsed once at synth (a wrong setting stops the synth with its name) and once
 * per container. The settings travel in the function's environment as SETTINGS (JSON); policies are included only where
 * they differ from the defaults, because Lambda allows 4 KB of environment.
 */
const httpsOrigin = v.pipe(
  v.string(),
  v.regex(/^https?:\/\/[^/]+$/, 'an origin such as https://etax.example.cn'),
);
const text = v.pipe(v.string(), v.minLength(1));

/** SMS providers (SMS-3); their credentials are in the secret `providers`. */
const smsProvider = v.variant('kind', [
  v.strictObject({ kind: v.literal('outbox') }),
  v.strictObject({
    kind: v.literal('tencent'),
    region: text,
    appId: text,
    signName: text,
    /** Template ids: `code` has the parameters {purpose}, {code}, {minutes}; `notice` has {text}. */
    templates: v.strictObject({ code: text, notice: text }),
  }),
  v.strictObject({
    kind: v.literal('alibaba'),
    region: text,
    signName: text,
    templates: v.strictObject({ code: text, notice: text }),
  }),
  v.strictObject({ kind: v.literal('aws'), originationIdentity: text, configurationSet: v.optional(text) }),
]);

/** Face providers (FACE-2). */
const faceProvider = v.variant('kind', [
  v.strictObject({ kind: v.literal('simulator') }),
  v.strictObject({ kind: v.literal('tencent'), region: text, ruleId: text }),
]);

/**
 * A matter's code, such as `invoice.issue`. Proofs carry the code as the claim `matter`, so it stays printable and
 * short.
 */
const code = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9]*([.-][a-z0-9]+)*$/), v.maxLength(64));
const distinct = <T extends { code: string }>(list: readonly T[]): boolean =>
  new Set(list.map((one) => one.code)).size === list.length;

/**
 * STP-1, STP-2, STP-4: a matter that needs a scan, who may do the matter for a company, and which tax systems get the
 * proof.
 */
const matter = v.pipe(
  v.strictObject({
    code,
    zh: text,
    class: v.picklist(matterClasses),
    validitySeconds: v.optional(
      v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(longestValiditySeconds)),
    ),
    needs: v.optional(v.picklist([...permissions, 'manager'])),
  }),
  v.forward(
    v.check(
      (one) => one.class === 'invoice' || !one.validitySeconds,
      'only matters of class invoice take an earlier face check (STP-4)',
    ),
    ['validitySeconds'],
  ),
  v.transform(({ validitySeconds, ...one }) => ({
    ...one,
    validitySeconds: validitySeconds ?? usualValidity(one.class),
  })),
);
const matters = v.pipe(v.array(matter), v.check(distinct, 'each code once'), v.readonly());
const audiences = v.pipe(
  v.array(v.strictObject({ code, document: v.boolean(), number: v.optional(v.boolean()) })),
  v.check(distinct, 'each code once'),
  v.readonly(),
);

/**
 * PWD-3: a stage may make hashes more expensive, never cheaper. Only `local`, which is never deployed, may be cheaper,
 * for tests.
 */
const leastHash = { argon2MemoryKiB: 19_456, argon2Iterations: 2 };

const policyEntries = Object.fromEntries(
  Object.entries(defaultPolicies).map(([name, value]) => {
    const schema =
      name === 'challengeAfter'
        ? v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0)))
        : typeof value === 'number'
          ? v.pipe(v.number(), v.integer(), v.minValue(1))
          : typeof value === 'boolean'
            ? v.boolean()
            : text;
    return [name, v.optional(schema as v.GenericSchema<unknown>)];
  }),
);

const both = v.strictObject({ zh: text, en: text });
const day = v.pipe(v.string(), v.check(isDay, 'a day such as 2027-12-31'));
/** What a public service must say about itself at the foot of each page. A setting that is missing is not shown. */
const site = v.strictObject({
  /** 网站标识码, given by the state's registry of government sites. */
  siteCode: v.optional(text),
  /** ICP 备案 and 公安备案 with the addresses where they can be looked up. */
  icp: v.optional(text),
  police: v.optional(text),
  hotline: v.optional(text, '12366'),
  hours: v.optional(both),
  /** The address of a page that lists the tax service halls. */
  halls: v.optional(text),
});
const announcement = v.strictObject({
  kind: v.picklist(['maintenance', 'change', 'fraud']),
  ...both.entries,
  /** The last day, inclusive; without it the announcement stays until it is removed from the settings. */
  until: v.optional(day),
});

export const settingsSchema = v.strictObject({
  stage: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9]{1,15}$/)),
  /** The one origin of portal and API: `iss` of tokens, `aud` of assertions, start of QR contents. */
  issuer: httpsOrigin,
  sms: smsProvider,
  face: faceProvider,
  /** CHN-2: whether the Alipay mini program may confirm QR logins. */
  alipayQrLogin: v.optional(v.boolean(), true),
  /** CHN-1: whether a hall's assertion must name the hash of the body (`bsh`). */
  hallBodyHash: v.optional(v.boolean(), true),
  /** LEG-1: the last day of the old login, inclusive; null means that the old login is closed. */
  legacyUntil: v.optional(v.nullable(v.pipe(v.string(), v.check(isDay, 'a day such as 2027-12-31'))), null),
  /** CHN-2: the addresses behind the download codes of the apps. */
  appDownloads: v.optional(v.record(v.string(), text), {}),
  /** What the foot of the portal's pages names. */
  site: v.optional(site),
  /** Announcements that the portal shows to everybody: maintenance, a change, a warning of fraud. */
  announcements: v.optional(v.pipe(v.array(announcement), v.maxLength(5), v.readonly()), []),
  /** STP-1: the matters of risk of this stage. */
  matters: v.optional(matters, [...defaultMatters]),
  /** STP-2: the tax systems that get proofs, and whether their proofs may name the document. */
  audiences: v.optional(audiences, [...defaultAudiences]),
  policies: v.optional(v.strictObject(policyEntries), {}),
});

export type SettingsInput = Omit<v.InferInput<typeof settingsSchema>, 'policies'> & {
  policies?: Partial<Policies>;
};
export type Settings = Omit<v.InferOutput<typeof settingsSchema>, 'policies'> & {
  readonly policies: Policies;
};

/** Parses one stage's settings. Throws an Error that names every wrong setting. */
export function parseSettings(input: unknown): Settings {
  const result = v.safeParse(settingsSchema, input);
  if (!result.success) {
    const wrong = result.issues.map((issue) => `${v.getDotPath(issue) ?? '(settings)'}: ${issue.message}`);
    throw new Error(`Wrong settings: ${wrong.join('; ')}`);
  }
  const policies = { ...defaultPolicies, ...result.output.policies } as Policies;
  for (const [name, least] of Object.entries(leastHash))
    if (result.output.stage !== 'local' && policies[name as keyof typeof leastHash] < least)
      throw new Error(`Wrong settings: policies.${name}: at least ${least}`);
  return { ...result.output, policies };
}

/**
 * Public keys of the channels (CHN-1); a channel has two while it rotates its key. In the environment as CHANNEL_KEYS.
 */
export const channelKeysSchema = v.record(
  v.picklist(channels),
  v.pipe(
    v.array(
      v.object({
        kid: text,
        kty: v.literal('EC'),
        crv: v.literal('P-256'),
        x: text,
        y: text,
      }),
    ),
    v.maxLength(2),
  ),
);
export type ChannelKeys = Partial<v.InferOutput<typeof channelKeysSchema>> &
  Partial<Record<Channel, unknown>>;
