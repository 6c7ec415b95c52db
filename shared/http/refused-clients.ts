import { type ClientRefusal, ClientRefused, namedClient } from '#crypto/client-assertions.ts';
import { writeLine } from '#gateways/log.ts';
import { auditPut } from '#journeys/audit.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';

/** When this container last audited each kind of refusal per client: a forger of assertions must not fill the audit. */
const lastAudits = new Map<string, number>();
const oncePerMilliseconds = 60_000;

/** The subject under which the audit keeps events about a tax system that concern no person. */
export const clientSubject = (clientId: string): string => `client:${clientId}`;

/**
 * SSO-14: a call that fails to prove that it comes from the client that it names. Each has a line in the log; the audit
 * of a registered client gets the first of each kind and minute. Neither the log nor the audit repeats anything of the
 * assertion.
 */
export async function recordRefusedClient(
  ctx: FlowContext,
  flow: string,
  call: AnyCall,
  form: Readonly<Record<string, string>>,
  error: unknown,
): Promise<void> {
  if (!(error instanceof ClientRefused)) return;
  const client = namedClient(ctx.relyingParties, form)?.clientId;
  const { why } = error;
  writeLine({ level: 'WARN', event: 'client-refused', flow, client: client ?? 'unknown', why });
  if (client === undefined || !isFirst(client, why, call.now)) return;
  // The refusal stands even if the audit event cannot be written.
  await ctx.db
    .put(auditPut(ctx, call, clientSubject(client), 'sso-client-refused', 'failure', { client, why }))
    .catch(() => lastAudits.delete(`${client} ${why}`));
}

function isFirst(client: string, why: ClientRefusal, now: Date): boolean {
  const key = `${client} ${why}`;
  const last = lastAudits.get(key);
  const at = now.getTime();
  if (last !== undefined && Math.abs(at - last) < oncePerMilliseconds) return false;
  lastAudits.set(key, at);
  return true;
}
