import { answer, bareApi } from '../../api/client.ts';
import type { Journey } from './journey.ts';

/** Chooses a role or a report, which opens the session (LGN-10, SPC-2). */
export async function choose(journey: Journey, loginId: string, choiceId: string): Promise<void> {
  const { session } = await answer(
    bareApi.POST('/v1/logins/{id}/choose', { params: { path: { id: loginId } }, body: { choiceId } }),
  );
  journey.finish(session);
}
