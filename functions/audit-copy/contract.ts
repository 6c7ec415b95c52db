import { flow } from '#contract/flow.ts';

export const auditCopy = flow({
  name: 'audit-copy',
  summary:
    'Keeps a second copy of each audit event in a bucket where nobody can change or delete it (AUD-1).',
  keepsIn: ['audit-copy'],
  timeoutSeconds: 60,
  trigger: {
    kind: 'stream',
    tables: { Audit: [{ eventName: ['INSERT'] }] },
    batchSize: 1_000,
    gatherSeconds: 60,
    // No event is at fault when a copy fails, and the stream keeps it for a day: it is put aside late.
    tries: 200,
  },
});
