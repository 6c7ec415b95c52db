/**
 * They rotate keys, end everybody's locks, read whole tables, name fixed people or set the environment: each stands
 * alone.
 */
export const aloneInItsTables = [
  ...[
    'audit',
    'feed-order',
    'large-lists',
    'midnight',
    'midnight-continued',
    'migration',
    'phones',
    'seeded',
    'sessions',
    'tries',
  ].map((name) => `test/flows/${name}.test.ts`),
  ...['addresses', 'claims', 'login-model', 'relation-states', 'sessions', 'sms-store'].map(
    (name) => `test/races/${name}.test.ts`,
  ),
];
