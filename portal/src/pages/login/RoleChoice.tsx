import { PageTitle } from '../../components/PageTitle.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useAction } from '../../components/use-action.ts';
import { useIdentityName } from '../../session/identity-name.ts';
import type { Choice, LoginJourney } from './login-journey.ts';
import { submitChoice } from './submit-choice.ts';
import { useLoginTexts } from './texts.ts';

interface Props {
  readonly journey: LoginJourney;
  readonly loginId: string;
  readonly choices: readonly Choice[];
}

/** LGN-10: in the order of the five roles, with a mark at the one used last. */
export function RoleChoice({ journey, loginId, choices }: Props) {
  const t = useLoginTexts();
  const identityName = useIdentityName();
  const { run, busy, problem } = useAction();
  return (
    <>
      <PageTitle step="choice">{t('chooseTitle')}</PageTitle>
      <p>{t('chooseHint')}</p>
      <ProblemAlert problem={problem} />
      <ul className="choices">
        {choices.map(({ choiceId, identity, preselected }) => (
          <li key={choiceId}>
            <button
              type="button"
              disabled={busy}
              className={preselected ? 'last-used' : ''}
              onClick={() => void run(() => submitChoice(journey, loginId, choiceId))}
            >
              {identityName(identity)}
              {preselected ? (
                <>
                  {' '}
                  <span className="tag good">{t('lastUsed')}</span>
                </>
              ) : null}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
