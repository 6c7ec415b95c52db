import { accepts } from '#domain/sso/relying-parties.ts';
import { answer, api } from '../../api/client.ts';
import { usePagedQuery } from '../me/parts/use-paged.ts';

type SsoRequest = Awaited<ReturnType<typeof readRequest>>;
const readRequest = (id: string) => answer(api.GET('/v1/sso/{id}', { params: { path: { id } } }));
/** What the person is asked to consent to (SSO-13). */
export type ConsentRequest = SsoRequest['asked'];

const approve = (id: string) =>
  answer(api.POST('/v1/sso/{id}/approve', { params: { path: { id } }, body: {} }));
/** A matter of the system that needs a face check, and the channels that can make it. */
export type StepUpRequest = Extract<Awaited<ReturnType<typeof approve>>, { stepUp: unknown }>['stepUp'];

/** The identities that the system accepts; the API checks the chosen one again. */
export const useAcceptedIdentities = (consent: ConsentRequest) =>
  usePagedQuery(['identities', consent.client.clientId], async (cursor) => {
    const page = await answer(api.GET('/v1/session/identities', { params: { query: { cursor } } }));
    const items = page.choices.filter(({ identity }) =>
      accepts(consent, {
        kind: identity.kind,
        ...('role' in identity ? { role: identity.role } : {}),
        ...(identity.kind === 'special' ? { subject: identity.subject } : {}),
      }),
    );
    return { items, cursor: page.cursor };
  });
