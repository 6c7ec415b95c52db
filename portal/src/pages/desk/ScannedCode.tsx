import { Button } from 'antd';
import { useState } from 'react';
import { formatTime } from '../../api/clock.ts';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useAction } from '../../components/use-action.ts';
import { useBrowserName } from '../../i18n/browsers.ts';
import { cancelScan, confirmScan, passFaceCheck, type ScanDetails } from './channel-calls.ts';
import type { Partner } from './local-api.ts';
import { useDeskTexts } from './texts.ts';

type Outcome =
  | { readonly kind: 'confirmed' | 'cancelled' | 'passed' }
  | { readonly kind: 'failed'; readonly left: number; readonly advice?: string };

/** QR-2: what was scanned, before anything is confirmed or a camera opened. */
export function ScannedCode({
  phone,
  scanned,
  onAnother,
}: {
  phone: Partner;
  scanned: ScanDetails;
  onAnother: () => void;
}) {
  const t = useDeskTexts();
  const browserName = useBrowserName();
  const [outcome, setOutcome] = useState<Outcome>();
  const { run, busy, problem } = useAction();
  const { ticket, purpose, requires, origin } = scanned;
  const act = (work: () => Promise<Outcome>) =>
    void run(async () => {
      setOutcome(undefined);
      setOutcome(await work());
    });
  const confirm = async (): Promise<Outcome> => {
    await confirmScan(phone, ticket);
    return { kind: 'confirmed' };
  };
  const cancel = async (): Promise<Outcome> => {
    await cancelScan(phone, ticket);
    return { kind: 'cancelled' };
  };
  const face = async (): Promise<Outcome> => {
    const { passed, remainingAttempts, advice } = await passFaceCheck(phone, ticket);
    if (passed) return { kind: 'passed' };
    return { kind: 'failed', left: remainingAttempts, ...(advice ? { advice: advice.title } : {}) };
  };
  const left = outcome?.kind === 'failed' ? outcome.left : problem?.remainingAttempts;
  const hasEnded = (outcome && outcome.kind !== 'failed') || left === 0;
  return (
    <div className="desk-scanned">
      <dl>
        <dt>{t('scan.purpose')}</dt>
        <dd>{t(`purpose.${purpose}`)}</dd>
        <dt>{t('scan.account')}</dt>
        <dd>{origin.account || t('scan.unknown')}</dd>
        <dt>{t('scan.browser')}</dt>
        <dd>{browserName(origin.browser)}</dd>
        <dt>{t('scan.place')}</dt>
        <dd>{origin.place}</dd>
        <dt>{t('scan.time')}</dt>
        <dd>{formatTime(origin.at)}</dd>
      </dl>
      <ProblemAlert problem={problem}>
        {typeof problem?.remainingAttempts === 'number' ? (
          <p>{t('scan.left', { count: problem.remainingAttempts })}</p>
        ) : null}
      </ProblemAlert>
      {outcome ? <Result outcome={outcome} /> : null}
      <div className="desk-line">
        {hasEnded ? null : requires === 'confirm' ? (
          <Button type="primary" loading={busy} onClick={() => act(confirm)}>
            {t('scan.confirm')}
          </Button>
        ) : (
          <Button type="primary" loading={busy} onClick={() => act(face)}>
            {t(left === undefined ? 'scan.face' : 'scan.faceAgain')}
          </Button>
        )}
        {hasEnded ? null : (
          <Button disabled={busy} onClick={() => act(cancel)}>
            {t('scan.cancel')}
          </Button>
        )}
        <Button type={hasEnded ? 'primary' : 'link'} disabled={busy} onClick={onAnother}>
          {t('scan.another')}
        </Button>
      </div>
    </div>
  );
}

function Result({ outcome }: { outcome: Outcome }) {
  const t = useDeskTexts();
  if (outcome.kind !== 'failed')
    return <Notice kind={outcome.kind === 'cancelled' ? 'info' : 'good'}>{t(`scan.${outcome.kind}`)}</Notice>;
  return (
    <Notice kind="warn">
      <p>
        {t('scan.notPassed')} · {t('scan.left', { count: outcome.left })}
      </p>
      {outcome.advice ? <p>{outcome.advice}</p> : null}
    </Notice>
  );
}
