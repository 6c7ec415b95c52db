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
  readonly question?: string | undefined;
  readonly kind?: 'primary' | 'danger' | 'plain';
}

/** A button that changes something: asks first if the change cannot be undone, acts once, and shows the result. */
export function ActionButton({ label, act, done, question, kind = 'plain' }: Props) {
  const parts = useParts();
  const { showNotice, clearNotice, withFreshFactor } = useAccountCentre();
  const about = useItemTitleId();
  const { run, busy, problem, setProblem } = useAction();
  const [isAsking, setIsAsking] = useState(false);
  const runAction = async () => {
    clearNotice();
    const hasSucceeded = await run(async () => {
      await withFreshFactor(act);
    });
    if (!hasSucceeded) return;
    setIsAsking(false);
    showNotice(done ?? parts('done'));
  };
  return (
    <>
      <Button
        {...(kind === 'primary' ? { type: 'primary' } : kind === 'danger' ? { danger: true } : {})}
        loading={busy && !isAsking}
        aria-describedby={about}
        onClick={() => (question === undefined ? void runAction() : setIsAsking(true))}
      >
        {label}
      </Button>
      {isAsking && question !== undefined ? (
        <ConfirmDialog
          title={label}
          text={question}
          busy={busy}
          danger={kind === 'danger'}
          onConfirm={() => void runAction()}
          onCancel={() => {
            setProblem(undefined);
            setIsAsking(false);
          }}
        >
          <ProblemAlert problem={problem} onRetry={() => void runAction()} />
        </ConfirmDialog>
      ) : (
        <ProblemAlert problem={problem} onRetry={() => void runAction()} />
      )}
    </>
  );
}

interface ConfirmDialogProps {
  readonly title: string;
  readonly text: string;
  readonly busy: boolean;
  readonly danger: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
  readonly children: React.ReactNode;
}
/** Asks before something is done; the harmless answer has the focus. */
export function ConfirmDialog({
  title,
  text,
  busy,
  danger,
  onConfirm,
  onCancel,
  children,
}: ConfirmDialogProps) {
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
        if (!busy) onCancel();
      }}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      <p id={`${id}-text`}>{text}</p>
      {children}
      <div className="row">
        {/* First and therefore focused: Enter does no harm. */}
        <Button onClick={onCancel} disabled={busy}>
          {t('cancel')}
        </Button>
        <Button type="primary" danger={danger} loading={busy} onClick={onConfirm}>
          {t('confirm')}
        </Button>
      </div>
    </dialog>
  );
}
