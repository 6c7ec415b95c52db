import { answer, bareApi } from '../../api/client.ts';
import type { LoginJourney } from './login-journey.ts';

/** Chooses a role or a report, which opens the session (LGN-10, SPC-2). */
export async function submitChoice(journey: LoginJourney, loginId: string, choiceId: string): Promise<void> {
  const { session } = await answer(
    bareApi.POST('/v1/logins/{id}/choose', { params: { path: { id: loginId } }, body: { choiceId } }),
  );
  journey.finish(session);
}
