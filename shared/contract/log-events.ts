/**
 * Every kind of line that a function writes to its log, by its stable name. Alarms, log queries and docs/log-events.md
 * use these names. No field ever holds a person's name, a number, a path or a body (DOC-4, DATA-01).
 */
export const logEvents = {
  request: { levels: ['INFO', 'ERROR'], by: 'every function with routes' },
  'secret-refresh-failed': { levels: ['WARN'], by: 'every function with secrets' },
  'stranger-sms': { levels: ['INFO'], by: 'every function that sends codes a stranger can ask for' },
  'session-not-opened': { levels: ['WARN'], by: 'registration' },
  'provider-called': { levels: ['INFO', 'WARN'], by: 'every function that talks to a provider' },
  'order-given': { levels: ['INFO', 'WARN'], by: 'hall, registry-feed' },
  unlocked: { levels: ['INFO'], by: 'midnight-unlock, midnight-continued' },
  'copies-left': { levels: ['INFO'], by: 'company-copies, copies-continued' },
  'secret-rotated': { levels: ['INFO'], by: 'key-rotation' },
  'client-refused': { levels: ['WARN'], by: 'sso-request, sso-token' },
  'code-replayed': { levels: ['WARN'], by: 'sso-token' },
  'hand-overs-swept': { levels: ['INFO'], by: 'sso-sweep, sso-sweep-continued' },
  'rp-notified': { levels: ['INFO'], by: 'sso-tell' },
  'rp-not-notified': { levels: ['WARN', 'ERROR'], by: 'sso-tell' },
  rejected: { levels: ['WARN'], by: 'registry-feed' },
  warning: { levels: ['WARN'], by: 'registry-feed' },
  'message-done': { levels: ['INFO'], by: 'registry-feed' },
  'message-failed': { levels: ['ERROR'], by: 'registry-feed' },
  'file-progress': { levels: ['INFO'], by: 'registry-feed' },
  'file-done': { levels: ['INFO'], by: 'registry-feed' },
  'file-changed': { levels: ['ERROR'], by: 'registry-feed' },
  'file-paused': { levels: ['ERROR'], by: 'registry-feed' },
} as const satisfies Record<string, { levels: readonly ('INFO' | 'WARN' | 'ERROR')[]; by: string }>;

export type LogEvent = keyof typeof logEvents;
type LevelOf<E extends LogEvent> = (typeof logEvents)[E]['levels'][number];

/** One log line as it is written: its level, its name under `event`, and what the catalogue above says about it. */
export type LogLine = {
  [E in LogEvent]: { readonly level: LevelOf<E>; readonly event: E } & object;
}[LogEvent];
