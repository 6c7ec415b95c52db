import type { RelationList } from '#domain/companies/relations.ts';
import { answer, api } from '../../../api/client.ts';

/** A page of one of the three lists of a person's authorizations. */
export const readAuthorizations = async (state: RelationList, cursor: string | undefined) => {
  const page = await answer(api.GET('/v1/authorizations', { params: { query: { state, cursor } } }));
  return { items: page.authorizations, cursor: page.cursor };
};
export type Authorization = Awaited<ReturnType<typeof readAuthorizations>>['items'][number];
