import { flow } from '#contract/flow.ts';

/** SSO-8: one try at once and five more, ten minutes apart, so that the system is given up after an hour. */
export const noticeTries = 6;

export const ssoTell = flow({
  name: 'sso-tell',
  summary: 'Tells a tax system by a logout token that a hand-over to it has ended (SSO-8).',
  tables: { RpSessions: ['UpdateItem'], Audit: ['PutItem'] },
  secrets: ['signing'],
  carries: ['relying-parties.json'],
  timeoutSeconds: 15,
  trigger: { kind: 'queue', queue: 'sso-tell', tries: noticeTries, retrySeconds: 600 },
});
