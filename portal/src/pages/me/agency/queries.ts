import { useQuery } from '@tanstack/react-query';
import { withChallenge } from '../../../api/challenge.ts';
import { answer, api } from '../../../api/client.ts';
import type { Paths } from '../../../api/paths.ts';
import { refetchLists } from '../parts/queries.ts';

const readAgents = async () => (await answer(api.GET('/v1/agency/staff'))).agents;
export type Agent = Awaited<ReturnType<typeof readAgents>>[number];

/** The staff form in force. */
export const useAgents = () => useQuery({ queryKey: ['agency-staff'], queryFn: readAgents });

type Form = Paths['/v1/agency/staff']['put']['requestBody']['content']['application/json'];

/**
 * The form is sent as a whole. The form is read again first, with its revision, so that nobody whom a colleague adds at
 * the same time is lost: in that case the API refuses (STATE_CONFLICT), and the page shows the list as it is now.
 */
export async function changeStaffForm(
  next: (agents: readonly { readonly agentId: string }[]) => Form['agents'],
): Promise<void> {
  const { agents, revision } = await answer(api.GET('/v1/agency/staff'));
  try {
    await withChallenge((challenge) =>
      answer(
        api.PUT('/v1/agency/staff', {
          body: { agents: next(agents.map(({ agentId }) => ({ agentId }))), revision, ...challenge },
        }),
      ),
    );
  } finally {
    await refetchLists('agency-staff');
  }
}
