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
  /** Creates a code. */
  readonly start: () => Promise<Scan>;
  /** `passed` (a face check: use `scan.ticket`) or `confirmed` (a QR login: `polled.session`). */
  readonly onDone: (scan: Scan, polled: Polled) => void;
  /** The apps that may scan it (CHN); both tax apps by default. */
  readonly apps?: readonly AppCode[];
  /** Begins the journey that the code serves again, if its ticket has ended. */
  readonly onRestart?: (() => void) | undefined;
  /** Shown instead of another code if the last face check failed (REG-5, LCK-1). */
  readonly failed?: ReactNode;
  /** How often an expired code is replaced automatically; never by default. */
  readonly renewals?: number;
}

/**
 * A QR code for the phone, with all its states. A click renews a code that expired, failed or was cancelled (QR-2,
 * FACE-2), or that somebody else has scanned.
 */
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
  // A failed check is a state of its own: the phone may continue by itself, or the page shows another code (REG-5).
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
