import { Button, QRCode } from 'antd';
import { type ReactNode, useEffect } from 'react';
import { useCommon } from '../../i18n/index.ts';
import { announce } from '../live.tsx';
import { WayOut } from '../Over.tsx';
import { ProblemAlert } from '../ProblemAlert.tsx';
import { Spinner } from '../states.tsx';
import { minutes, useCountdown } from '../use-countdown.ts';
import { type AppCode, Apps } from './Apps.tsx';
import { showToDesk } from './desk-codes.ts';
import { readable } from './readable.ts';
import { type Polled, type Scan, useScan } from './use-scan.ts';

interface Props {
  /** Makes a code. */
  readonly start: () => Promise<Scan>;
  /** `passed` (a face check: use `scan.ticket`) or `confirmed` (a QR login: `polled.session`). */
  readonly onDone: (scan: Scan, polled: Polled) => void;
  /** The apps that may scan it (CHN); both tax apps unless said otherwise. */
  readonly apps?: readonly AppCode[];
  /** Begins the journey anew that the code serves, where its ticket is over. */
  readonly onRestart?: (() => void) | undefined;
  /** Shown where the last face try failed, instead of another code (REG-5, LCK-1). */
  readonly failed?: ReactNode;
  /** How often a code that ran out is replaced by itself; never unless said otherwise. */
  readonly renewals?: number;
}

/** A code for the phone with all its states; one that ran out, failed or was cancelled is renewed by a click (QR-2, FACE-2), as is one that somebody else has scanned. */
export function ScanCode({
  start,
  onDone,
  apps = ['ahtax-app', 'iit-app'],
  renewals = 0,
  onRestart,
  failed,
}: Props) {
  const t = useCommon();
  const { phase, scan, scannedBy, advice, triesLeft, problem, away, renew } = useScan({
    start,
    onDone,
    renewals,
  });
  // A failed try is a state of its own: the phone may go on by itself, or the page shows another code (REG-5).
  const missed = phase === 'scanned' && triesLeft !== undefined;
  const over = phase === 'expired' || phase === 'failed' || phase === 'cancelled' || phase === 'refused';
  const done = phase === 'passed' || phase === 'confirmed';
  const left = useCountdown(over || done ? undefined : scan?.expiresAt);
  const others = phase === 'scanned' ? scannedBy : undefined;
  const said =
    phase === 'making'
      ? t('scan.making')
      : phase === 'refused'
        ? ''
        : missed
          ? t('scan.missed', { left: triesLeft })
          : others === undefined
            ? t(`scan.${phase}`)
            : t('scan.scannedBy', { name: others });
  useEffect(() => {
    if (said && phase !== 'making' && phase !== 'pending') announce(said);
  }, [said, phase]);
  const waiting = phase === 'pending' ? scan?.qrContent : undefined;
  useEffect(() => (waiting ? showToDesk(waiting) : undefined), [waiting]);
  return (
    <div className="scan" data-phase={missed ? 'missed' : phase}>
      <div className="scan-code">
        {scan && phase !== 'making' ? (
          <QRCode
            value={scan.qrContent}
            type="svg"
            size={184}
            bordered={false}
            {...readable}
            role="img"
            aria-label={t('scan.qr')}
            aria-hidden={over || done}
          />
        ) : null}
        {phase === 'making' ? <Spinner /> : null}
        {missed || (over && phase !== 'failed') || (phase === 'failed' && !failed && !onRestart) ? (
          <div className="scan-cover">
            <Button type="primary" onClick={renew}>
              {t('scan.renew')}
            </Button>
          </div>
        ) : phase === 'failed' ? (
          <div className="scan-cover scan-bad" aria-hidden="true">
            ✕
          </div>
        ) : null}
        {(phase === 'scanned' && !missed) || done ? <div className="scan-cover scan-good">✓</div> : null}
      </div>
      {waiting ? (
        <a className="open-in-app" href={waiting}>
          {t('scan.openInApp')}
        </a>
      ) : null}
      <p className="scan-state">
        {away ? t('scan.away') : said}
        {left > 0 && phase === 'pending' ? (
          <span className="small"> {t('scan.left', { time: minutes(left) })}</span>
        ) : null}
      </p>
      {others === undefined ? null : (
        <button type="button" className="link" onClick={renew}>
          {t('scan.notMe')}
        </button>
      )}
      {missed ? <p className="small">{t('scan.missedHow')}</p> : null}
      {advice ? <p className="notice warn">{advice}</p> : null}
      {phase === 'failed' ? (
        failed ? (
          <div className="notice problem">{failed}</div>
        ) : onRestart ? (
          <Button type="primary" onClick={onRestart}>
            {t('beginAgain')}
          </Button>
        ) : null
      ) : null}
      <ProblemAlert problem={problem}>
        <WayOut problem={problem} onRestart={onRestart} />
      </ProblemAlert>
      <Apps codes={apps} />
    </div>
  );
}
