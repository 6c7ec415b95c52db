import { Button, QRCode } from 'antd';
import { type ReactNode, useEffect } from 'react';
import { useCommon } from '../../i18n/index.ts';
import { ProblemActions } from '../JourneyEnded.tsx';
import { announce } from '../live-region.tsx';
import { ProblemAlert } from '../ProblemAlert.tsx';
import { Spinner } from '../query-states.tsx';
import { formatMinutes, useCountdown } from '../use-countdown.ts';
import { publishToDesk } from './desk-codes.ts';
import { qrColours } from './qr-colours.ts';
import { type AppCode, ScanApps } from './ScanApps.tsx';
import { type Scan, type ScanState, useScan } from './use-scan.ts';

interface Props {
  /** Creates a code. */
  readonly start: () => Promise<Scan>;
  /** `passed` (a face check: use `scan.ticket`) or `confirmed` (a QR login: `scanState.session`). */
  readonly onDone: (scan: Scan, scanState: ScanState) => void;
  /** The apps that may scan it (CHN); both tax apps by default. */
  readonly apps?: readonly AppCode[];
  /** Begins the journey that the code serves again, if its ticket has ended. */
  readonly onRestart?: (() => void) | undefined;
  /** Shown instead of another code if the last face check failed (REG-5, LCK-1). */
  readonly failedHint?: ReactNode;
  /** How often an expired code is replaced automatically; never by default. */
  readonly maxRenewals?: number;
}

/**
 * A QR code for the phone, with all its states. A click renews a code that expired, failed or was cancelled (QR-2,
 * FACE-2), or that somebody else has scanned.
 */
export function ScanCode({
  start,
  onDone,
  apps = ['ahtax-app', 'iit-app'],
  maxRenewals = 0,
  onRestart,
  failedHint,
}: Props) {
  const t = useCommon();
  const { phase, scan, scannedBy, advice, triesLeft, problem, isOffline, renew } = useScan({
    start,
    onDone,
    maxRenewals,
  });
  // A failed check is a state of its own: the phone may continue by itself, or the page shows another code (REG-5).
  const isMissed = phase === 'scanned' && triesLeft !== undefined;
  const hasEnded = phase === 'expired' || phase === 'failed' || phase === 'cancelled' || phase === 'refused';
  const done = phase === 'passed' || phase === 'confirmed';
  const left = useCountdown(hasEnded || done ? undefined : scan?.expiresAt);
  const otherScanner = phase === 'scanned' ? scannedBy : undefined;
  const stateText =
    phase === 'creating'
      ? t('scan.creating')
      : phase === 'refused'
        ? ''
        : isMissed
          ? t('scan.missed', { left: triesLeft })
          : otherScanner === undefined
            ? t(`scan.${phase}`)
            : t('scan.scannedBy', { name: otherScanner });
  useEffect(() => {
    if (stateText && phase !== 'creating' && phase !== 'pending') announce(stateText);
  }, [stateText, phase]);
  const pendingContent = phase === 'pending' ? scan?.qrContent : undefined;
  useEffect(() => (pendingContent ? publishToDesk(pendingContent) : undefined), [pendingContent]);
  return (
    <div className="scan" data-phase={isMissed ? 'missed' : phase}>
      <div className="scan-code">
        {scan && phase !== 'creating' ? (
          <QRCode
            value={scan.qrContent}
            type="svg"
            size={184}
            bordered={false}
            {...qrColours}
            role="img"
            aria-label={t('scan.qr')}
            aria-hidden={hasEnded || done}
          />
        ) : null}
        {phase === 'creating' ? <Spinner /> : null}
        {isMissed || (hasEnded && phase !== 'failed') || (phase === 'failed' && !failedHint && !onRestart) ? (
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
        {(phase === 'scanned' && !isMissed) || done ? <div className="scan-cover scan-good">✓</div> : null}
      </div>
      {pendingContent ? (
        <a className="open-in-app" href={pendingContent}>
          {t('scan.openInApp')}
        </a>
      ) : null}
      <p className="scan-state">
        {isOffline ? t('scan.offline') : stateText}
        {left > 0 && phase === 'pending' ? (
          <span className="small"> {t('scan.left', { time: formatMinutes(left) })}</span>
        ) : null}
      </p>
      {otherScanner === undefined ? null : (
        <button type="button" className="link" onClick={renew}>
          {t('scan.notMe')}
        </button>
      )}
      {isMissed ? <p className="small">{t('scan.missedHow')}</p> : null}
      {advice ? <p className="notice warn">{advice}</p> : null}
      {phase === 'failed' ? (
        failedHint ? (
          <div className="notice problem">{failedHint}</div>
        ) : onRestart ? (
          <Button type="primary" onClick={onRestart}>
            {t('beginAgain')}
          </Button>
        ) : null
      ) : null}
      <ProblemAlert problem={problem}>
        <ProblemActions problem={problem} onRestart={onRestart} />
      </ProblemAlert>
      <ScanApps codes={apps} />
    </div>
  );
}
