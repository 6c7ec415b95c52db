import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { RouteDeclaration } from '#contract/flow.ts';
import { assertionSpent, verifyClientAssertion } from '#crypto/client-assertions.ts';
import type { FlowContext } from '#runtime/context.ts';
import { spendClientAssertion } from '#store/tickets/tickets.ts';

/**
 * SSO-3: identifies a relying party by its assertion, which is spent here unless the step spends it together with its
 * own writes.
 */
export async function authenticateClient(
  { db, settings, relyingParties }: FlowContext,
  event: APIGatewayProxyEventV2,
  form: Readonly<Record<string, string>>,
  { spendsAssertion }: RouteDeclaration,
  now: Date,
) {
  const { client, assertion } = await verifyClientAssertion(relyingParties, form, {
    issuer: settings.issuer,
    now,
    authorization: event.headers.authorization,
  });
  if (!spendsAssertion && !(await spendClientAssertion(db, assertion, now))) throw assertionSpent();
  return { client, clientAssertion: assertion };
}
