import { Button } from 'antd';
import { useId, useState } from 'react';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { useAction } from '../../../components/use-action.ts';
import { useModal } from '../../../components/use-modal.ts';
import { useCommon } from '../../../i18n/index.ts';
import { useAccountCentre } from './context.tsx';
import { useItemTitleId } from './items.tsx';
import { useParts } from './texts.ts';

interface Props {
  readonly label: string;
  /** Changes something; throws ApiProblem. If the API needs a fresh factor, the person is asked for it (SES-5). */
  readonly act: () => Promise<unknown>;
  /** The message at the top after it worked. */
  readonly done?: string | undefined;
  /** The question that the person must answer first; without it the button acts at once. */
  readonly ask?: string | undefined;
  readonly kind?: 'primary' | 'danger' | 'plain';
}

/** A button that changes something: asks first if the change cannot be undone, acts once, and shows the result. */
export function ActionButton({ label, act, done, ask, kind = 'plain' }: Props) {
  const parts = useParts();
  const { showNotice, clearNotice, withFreshFactor } = useAccountCentre();
  const about = useItemTitleId();
  const { run, busy, problem, setProblem } = useAction();
  const [isAsking, setIsAsking] = useState(false);
  const runAction = async () => {
    clearNotice();
    const worked = await run(async () => {
      await withFreshFactor(act);
    });
    if (!worked) return;
    setIsAsking(false);
    showNotice(done ?? parts('done'));
  };
  return (
    <>
      <Button
        {...(kind === 'primary' ? { type: 'primary' } : kind === 'danger' ? { danger: true } : {})}
        loading={busy && !isAsking}
        aria-describedby={about}
        onClick={() => (ask === undefined ? void runAction() : setIsAsking(true))}
      >
        {label}
      </Button>
      {isAsking && ask !== undefined ? (
        <Question
          title={label}
          text={ask}
          busy={busy}
          danger={kind === 'danger'}
          onYes={() => void runAction()}
          onNo={() => {
            setProblem(undefined);
            setIsAsking(false);
          }}
        >
          <ProblemAlert problem={problem} onRetry={() => void runAction()} />
        </Question>
      ) : (
        <ProblemAlert problem={problem} onRetry={() => void runAction()} />
      )}
    </>
  );
}

interface QuestionProps {
  readonly title: string;
  readonly text: string;
  readonly busy: boolean;
  readonly danger: boolean;
  readonly onYes: () => void;
  readonly onNo: () => void;
  readonly children: React.ReactNode;
}
/** Asks before something is done; the harmless answer has the focus. */
export function Question({ title, text, busy, danger, onYes, onNo, children }: QuestionProps) {
  const t = useCommon();
  const id = useId();
  const dialog = useModal();
  return (
    <dialog
      ref={dialog}
      className="card dialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onCancel={(event) => {
        event.preventDefault();
        if (!busy) onNo();
      }}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      <p id={`${id}-text`}>{text}</p>
      {children}
      <div className="row">
        {/* First and therefore focused: Enter does no harm. */}
        <Button onClick={onNo} disabled={busy}>
          {t('cancel')}
        </Button>
        <Button type="primary" danger={danger} loading={busy} onClick={onYes}>
          {t('confirm')}
        </Button>
      </div>
    </dialog>
  );
}
