import { readIdTokenHint } from '#crypto/id-tokens.ts';
import { judgeLogout } from '#domain/sso/logout-requests.ts';
import { parametersOf } from '#domain/sso/oauth-parameters.ts';
import { findClient } from '#domain/sso/relying-parties.ts';
import { withinAddressBudget } from '#journeys/factors/anti-automation.ts';
import { seeOther, ssoErrorAddress } from '#runtime/answers.ts';
import type { CallOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { logoutPut } from '#store/tickets/sso-logouts.ts';
import type { ssoLogout } from './contract.ts';

type AskCall = CallOf<typeof ssoLogout, 'ask'> | CallOf<typeof ssoLogout, 'askByForm'>;

/**
 * SSO-10: the request is judged and stored, and the browser goes on to our page. This endpoint itself logs nobody out:
 * a navigation from another site does not bring the session's cookie, only the page's own call does.
 */
export async function askLogout(ctx: FlowContext, call: AskCall) {
  const { relyingParties, signing, settings } = ctx;
  const { issuer, policies } = settings;
  const parameters = parametersOf(call.parameters);
  const token = parameters?.values.get('id_token_hint');
  const clientIds = relyingParties.map(({ clientId }) => clientId);
  const hint =
    token === undefined
      ? undefined
      : await readIdTokenHint(signing, clientIds, token, issuer, call.now, policies.sessionAbsoluteSeconds);
  const judged = judgeLogout(parameters, hint, (id) => findClient(relyingParties, id));
  if (!judged.ok) return seeOther(ssoErrorAddress(issuer, judged.page));
  if (!(await withinAddressBudget(ctx, call, policies.ssoRequestsPerAddress)))
    return seeOther(ssoErrorAddress(issuer, 'busy'));
  const { id, write } = logoutPut(judged.asked, call.now, policies.ssoRequestSeconds);
  await ctx.db.put(write);
  return seeOther(`${issuer}/sso/logout#${id}`);
}
