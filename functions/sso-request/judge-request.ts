import { personHintIn } from '#crypto/id-tokens.ts';
import { type Judged, judgeRequest } from '#domain/sso/authorization-requests.ts';
import type { Parameters } from '#domain/sso/oauth-parameters.ts';
import type { RelyingParty } from '#domain/sso/relying-parties.ts';
import type { FlowContext } from '#runtime/context.ts';

/** SSO-2: judges a request, pushed or not, with the stage's matters and the person whom its `id_token_hint` names. */
export function judgeWithHint(
  { settings: { issuer, matters } }: Pick<FlowContext, 'settings'>,
  parameters: Parameters | undefined,
  clientOf: (clientId: string) => RelyingParty | undefined,
): Judged {
  const hint = personHintIn(parameters?.values.get('id_token_hint'), issuer);
  return judgeRequest(parameters, clientOf, { matters, hint });
}
