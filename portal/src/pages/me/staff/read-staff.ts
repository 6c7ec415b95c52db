import type { RelationList } from '#domain/companies/relations.ts';
import { answer, api } from '../../../api/client.ts';

/** A page of one of the three lists of a company's people. */
export const readStaff = async (state: RelationList, cursor: string | undefined) => {
  const page = await answer(api.GET('/v1/enterprise/staff', { params: { query: { state, cursor } } }));
  return { items: page.staff, cursor: page.cursor };
};
export type StaffMember = Awaited<ReturnType<typeof readStaff>>['items'][number];
