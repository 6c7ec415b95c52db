import { newHandle } from '#crypto/random.ts';
import { answerAddress, type Judged, refusal } from '#domain/sso/authorization-requests.ts';
import { type Parameters, parametersOf } from '#domain/sso/oauth-parameters.ts';
import { findClient } from '#domain/sso/relying-parties.ts';
import { hostCookie } from '#http/cookies.ts';
import { withinAddressBudget } from '#journeys/factors/anti-automation.ts';
import { storableRequest } from '#journeys/sso/requested-company.ts';
import { seeOther, ssoErrorAddress } from '#runtime/answers.ts';
import type { CallOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { browserCookie, openPushedRequest, openRequestPut } from '#store/tickets/sso-requests.ts';
import type { ssoRequest } from './contract.ts';
import { judgeWithHint } from './judge-request.ts';
import { pushedId } from './request-uri.ts';

type AuthorizeCall = CallOf<typeof ssoRequest, 'authorize'> | CallOf<typeof ssoRequest, 'authorizeByForm'>;

/** Why a person sees our own page instead of the system that they came from. */
type PageReason = Extract<Judged, { page: string }>['page'] | 'request_uri' | 'busy';

/**
 * SSO-2: judges and stores the request. The browser gets a secret of its own and goes on to the page that decides. The
 * client learns what is wrong with its request, once client and address are known to be good; before that, a page tells
 * the person. Anybody can call this route, so an address has a budget (LGN-12).
 */
export async function authorize(ctx: FlowContext, call: AuthorizeCall) {
  const opened = await openRequest(ctx, call, parametersOf(call.parameters));
  if ('page' in opened) return seeOther(ssoErrorAddress(ctx.settings.issuer, opened.page));
  if ('location' in opened) return seeOther(opened.location);
  const { id, secret } = opened;
  const { ssoRequestSeconds: maxAgeSeconds } = ctx.settings.policies;
  // The handle is behind a #, so that no server logs it, and so that the page has one address in partition aws-cn too.
  return seeOther(`${ctx.settings.issuer}/sso#${id}`, {
    // Lax, because the browser does not send a Strict cookie if another site's page began the navigation.
    cookies: [hostCookie(browserCookie(id), secret, { maxAgeSeconds, sameSite: 'Lax' })],
  });
}

/** Checked before anything is written, so that an address without budget fills no table. */
const withinRequestBudget = (ctx: FlowContext, call: AuthorizeCall): Promise<boolean> =>
  withinAddressBudget(ctx, call, ctx.settings.policies.ssoRequestsPerAddress);

type RequestOpening =
  | { readonly id: string; readonly secret: string }
  | { readonly page: PageReason }
  | { readonly location: string };

async function openRequest(
  ctx: FlowContext,
  call: AuthorizeCall,
  parameters: Parameters | undefined,
): Promise<RequestOpening> {
  const secret = newHandle();
  const { ssoRequestSeconds } = ctx.settings.policies;
  const pushed = parameters && pushedId(parameters.values.get('request_uri'));
  if (pushed !== undefined) {
    // RFC 9126, 4: beside the reference only the client counts.
    const { values, doubled } = parameters as Parameters;
    const clientId = values.get('client_id') ?? '';
    if (!findClient(ctx.relyingParties, clientId) || doubled.has('client_id')) return { page: 'client' };
    if (doubled.has('request_uri')) return { page: 'request_uri' };
    if (!(await withinRequestBudget(ctx, call))) return { page: 'busy' };
    const ticket = await openPushedRequest(ctx.db, pushed, clientId, secret, call.now, ssoRequestSeconds);
    return ticket ? { id: pushed, secret } : { page: 'request_uri' };
  }
  const clientOf = (id: string) => findClient(ctx.relyingParties, id);
  const { issuer } = ctx.settings;
  const judged = judgeWithHint(ctx, parameters, clientOf);
  if (!judged.ok) {
    if ('page' in judged) return judged;
    return { location: answerAddress(issuer, judged.returnTo, judged.refused) };
  }
  if (clientOf(judged.request.clientId)?.pushed) {
    const unpushed = refusal('invalid_request', 'requests of this client are pushed first');
    return { location: answerAddress(issuer, judged.request, unpushed) };
  }
  if (!(await withinRequestBudget(ctx, call))) return { page: 'busy' };
  const { id, write } = openRequestPut(
    storableRequest(ctx, judged.request),
    secret,
    call.now,
    ssoRequestSeconds,
  );
  await ctx.db.put(write);
  return { id, secret };
}
