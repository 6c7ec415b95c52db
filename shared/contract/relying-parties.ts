import * as v from 'valibot';
import { companySubjects } from '#domain/companies/taxpayers.ts';
import { roles } from '#domain/names.ts';
import { identityKinds, type RelyingParty } from '#domain/sso/relying-parties.ts';

/**
 * The clients of single sign-on as a stage's settings list them (SSO-1). The list is too long for a function's
 * environment. The list is parsed at synth and packed as a file beside the bundles that need it; the functions do not
 * check it again.
 */
const text = v.pipe(v.string(), v.minLength(1));
const coordinate = v.pipe(v.string(), v.regex(/^[\w-]{43}$/, 'a coordinate of P-256, base64url'));

/** An absolute address, compared as a string afterwards. */
const address = v.pipe(
  v.string(),
  v.url('an absolute address'),
  v.regex(/^https?:\/\//, 'an http(s) address'),
  v.check((uri) => !uri.includes('#'), 'an address without a fragment'),
  v.check((uri) => !uri.includes('*'), 'an address without wildcards'),
  v.check((uri) => !/^https?:\/\/[^/]*@/.test(uri), 'an address without a user'),
);
const addresses = v.pipe(v.array(address), v.minLength(1, 'at least one'), v.readonly());
/** RFC 6749, 3.3. */
const scope = v.pipe(v.string(), v.regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/, 'a scope'));

const key = v.strictObject({
  kid: v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/)),
  kty: v.literal('EC'),
  crv: v.literal('P-256'),
  x: coordinate,
  y: coordinate,
});

const schema = v.strictObject({
  clientId: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{1,39}$/, 'lower-case letters, digits and hyphens')),
  name: v.strictObject({ zh: text, en: text }),
  sector: text,
  redirectUris: addresses,
  postLogoutRedirectUris: v.optional(v.pipe(v.array(address), v.readonly()), []),
  backchannelLogoutUri: address,
  initiateLoginUri: v.optional(address),
  keys: v.pipe(
    v.array(key),
    v.minLength(1, 'at least one key'),
    v.maxLength(2, 'two keys at most, while one replaces the other'),
    v.check((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length, 'each kid once'),
    v.readonly(),
  ),
  resources: v.pipe(
    v.array(
      v.strictObject({
        uri: address,
        scopes: v.optional(v.pipe(v.array(scope), v.readonly()), ['openid', 'profile']),
      }),
    ),
    v.minLength(1, 'at least one resource'),
    v.readonly(),
  ),
  accepts: v.strictObject({
    kinds: v.pipe(v.array(v.picklist(identityKinds)), v.minLength(1, 'at least one kind'), v.readonly()),
    roles: v.optional(v.pipe(v.array(v.picklist(roles)), v.minLength(1), v.readonly())),
    subjects: v.optional(v.pipe(v.array(v.picklist(companySubjects)), v.minLength(1), v.readonly())),
  }),
  minLevel: v.optional(v.pipe(v.number(), v.integer(), v.minValue(3), v.maxValue(5)), 3),
  document: v.optional(v.boolean(), false),
  number: v.optional(v.boolean(), false),
  silent: v.optional(v.boolean(), true),
  refresh: v.optional(v.boolean(), true),
  dpop: v.optional(v.boolean(), false),
  pushed: v.optional(v.boolean(), false),
  matters: v.optional(v.pipe(v.array(text), v.readonly()), []),
  introspects: v.optional(v.pipe(v.array(address), v.readonly()), []),
});

export type RelyingPartyInput = v.InferInput<typeof schema>;

interface StageFacts {
  readonly issuer: string;
  /** Codes of the stage's audiences. */
  readonly sectors: readonly string[];
  /** Codes of the stage's matters of risk. */
  readonly matters: readonly string[];
  /** Only for stage `local`: addresses of this machine may use plain HTTP. */
  readonly plainHttp: boolean;
}

/**
 * Reads the clients of a stage.
 * @throws Error that names every wrong entry
 */
export function parseRelyingParties(
  input: readonly RelyingPartyInput[],
  stage: StageFacts,
): readonly RelyingParty[] {
  const result = v.safeParse(v.array(schema), input);
  if (!result.success)
    throw wrong(result.issues.map((issue) => [v.getDotPath(issue) ?? '(list)', issue.message]));
  const clients = result.output;
  const faults = clients.flatMap((client, at) => faultsOf(client, at, clients, stage));
  if (faults.length > 0) throw wrong(faults);
  return clients;
}

type Fault = readonly [path: string, what: string];
const wrong = (faults: readonly Fault[]): Error =>
  new Error(`Wrong settings: ${faults.map(([path, what]) => `relyingParties.${path}: ${what}`).join('; ')}`);

/** Mistakes that one client's own schema cannot see: they concern other clients or the stage. */
function faultsOf(
  client: RelyingParty,
  at: number,
  clients: readonly RelyingParty[],
  { issuer, sectors, matters, plainHttp }: StageFacts,
): Fault[] {
  const faults: Fault[] = [];
  const before = clients.slice(0, at);
  if (before.some(({ clientId }) => clientId === client.clientId))
    faults.push([`${at}.clientId`, `${client.clientId} is taken`]);
  if (!sectors.includes(client.sector))
    faults.push([`${at}.sector`, `${client.sector} is no audience of the stage`]);
  for (const [index, { uri }] of client.resources.entries()) {
    // The portal's own access tokens have the issuer as audience: a resource with that name could open the portal.
    if (uri.replace(/\/+$/, '') === issuer.replace(/\/+$/, ''))
      faults.push([`${at}.resources.${index}.uri`, 'a resource may not be the issuer']);
    if (before.some(({ resources }) => resources.some((other) => other.uri === uri)))
      faults.push([`${at}.resources.${index}.uri`, 'is the resource of another client']);
  }
  for (const [index, code] of client.matters.entries())
    if (!matters.includes(code)) faults.push([`${at}.matters.${index}`, `${code} is no matter of the stage`]);
  for (const [index, uri] of client.introspects.entries())
    if (!clients.some(({ resources }) => resources.some((other) => other.uri === uri)))
      faults.push([`${at}.introspects.${index}`, 'is no resource of any client']);
  if (!plainHttp)
    for (const [path, uri] of addressesOf(client))
      if (!uri.startsWith('https://')) faults.push([`${at}.${path}`, 'an https address']);
  return faults;
}

function* addressesOf(client: RelyingParty): Generator<Fault> {
  for (const [index, uri] of client.redirectUris.entries()) yield [`redirectUris.${index}`, uri];
  for (const [index, uri] of client.postLogoutRedirectUris.entries())
    yield [`postLogoutRedirectUris.${index}`, uri];
  yield ['backchannelLogoutUri', client.backchannelLogoutUri];
  if (client.initiateLoginUri) yield ['initiateLoginUri', client.initiateLoginUri];
  for (const [index, { uri }] of client.resources.entries()) yield [`resources.${index}.uri`, uri];
}
