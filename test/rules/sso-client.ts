import { defaultMatters } from '#domain/factors/matters.ts';
import type { RelyingParty } from '#domain/sso/relying-parties.ts';

/** A relying party for tests of pure functions; its keys are not real keys. */
export const client = (facts: Partial<RelyingParty> = {}): RelyingParty => ({
  clientId: 'filing-web',
  name: { zh: '申报系统', en: 'Filing' },
  sector: 'filing',
  redirectUris: ['https://filing.example.cn/back', 'https://filing.example.cn/other?from=tpass'],
  postLogoutRedirectUris: [],
  backchannelLogoutUri: 'https://filing.example.cn/logout',
  keys: [],
  resources: [
    { uri: 'https://filing.example.cn/api', scopes: ['returns'] },
    { uri: 'https://archive.example.cn/api', scopes: ['old'] },
  ],
  accepts: { kinds: ['natural', 'enterprise', 'agency', 'special'] },
  minLevel: 3,
  document: false,
  number: false,
  silent: true,
  refresh: false,
  dpop: false,
  pushed: false,
  matters: defaultMatters.map(({ code }) => code),
  introspects: [],
  ...facts,
});
