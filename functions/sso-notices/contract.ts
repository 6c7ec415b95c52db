import { accessReads, type ChangePattern, flow } from '#contract/flow.ts';

/** What was written and is not only new: nothing can have stood on a row that was not there. */
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
        // Every session that ever changed its identity: which write changed it, no pattern can say.
        changed({ NewImage: { version: { N: [{ 'anything-but': ['1'] }] } } }),
        { eventName: ['REMOVE'] },
      ],
      Relationships: [wasActive, changed({ Keys: { relation: { S: [{ prefix: 'agent-' }] } } })],
      Agreements: [wasActive],
      Agencies: [changed({ Keys: { part: { S: ['form'] } } })],
      Taxpayers: [wasActive],
      CrossRegionReports: [changed()],
      // Their own end, whoever wrote it, and a begin beside an end elsewhere.
      RpSessions: [],
    },
  },
});
