import { accessReads, type ChangePattern, flow } from '#contract/flow.ts';

/** A row that existed before and was changed: no hand-over can depend on a row that did not exist. */
const changed = (dynamodb: NonNullable<ChangePattern['dynamodb']> = {}): ChangePattern => ({
  eventName: ['MODIFY', 'REMOVE'],
  dynamodb,
});
const wasActive = changed({ OldImage: { state: { S: ['active'] } } });

export const ssoNotices = flow({
  name: 'sso-notices',
  summary: 'Sees which hand-overs to tax systems a change ends, and has the systems told (SSO-8).',
  tables: {
    RpSessions: ['Query', 'UpdateItem'],
    'RpSessions/byPerson': ['Query'],
    'RpSessions/byCompany': ['Query'],
    'RpSessions/byAgency': ['Query'],
    Sessions: ['GetItem'],
    ...accessReads,
    Audit: ['PutItem'],
  },
  sends: ['sso-tell'],
  timeoutSeconds: 60,
  trigger: {
    kind: 'stream',
    tables: {
      Sessions: [
        { dynamodb: { NewImage: { ended: { M: { reason: { S: [{ exists: true }] } } } } } },
        // Every session that has ever changed its identity: a pattern cannot tell which write changed it.
        changed({ NewImage: { identityVersion: { N: [{ 'anything-but': ['1'] }] } } }),
        { eventName: ['REMOVE'] },
      ],
      Relationships: [wasActive, changed({ Keys: { relation: { S: [{ prefix: 'agent-' }] } } })],
      Agreements: [wasActive],
      Agencies: [changed({ Keys: { part: { S: ['form'] } } })],
      Taxpayers: [wasActive],
      CrossRegionReports: [changed()],
      // The rows' own ends, whoever wrote them, and hand-overs that begin while something else ends.
      RpSessions: [],
    },
  },
});
