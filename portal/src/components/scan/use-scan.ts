import { useCallback, useEffect, useRef, useState } from 'react';
import { answer, bareApi } from '../../api/client.ts';
import { isTransient, type Problem, problemOf } from '../../api/problem.ts';

export interface Scan {
  readonly ticket: string;
  readonly qrContent: string;
  readonly pollSecret: string;
  readonly expiresAt: string;
}
const pollScan = async ({ ticket, pollSecret }: Scan) => {
  const call = bareApi.GET('/v1/scans/{ticket}', {
    params: { path: { ticket }, header: { 'poll-secret': pollSecret } },
  });
  const state = await answer(call);
  const advised = Number((await call).response.headers.get('retry-after'));
  return { ...state, afterMs: (advised > 0 ? advised : 2) * 1000 };
};
export type ScanState = Awaited<ReturnType<typeof pollScan>>;
export type ScanPhase = ScanState['state'] | 'creating' | 'refused';

/** One code at a time: created by `start`, then polled as often as the API advises, until it ends. */
export function useScan({
  start,
  onDone,
  maxRenewals,
}: {
  start: () => Promise<Scan>;
  onDone: (scan: Scan, scanState: ScanState) => void;
  /** How often an expired code is replaced automatically. */
  maxRenewals: number;
}) {
  const [phase, setPhase] = useState<ScanPhase>('creating');
  const [scan, setScan] = useState<Scan>();
  const [scannedBy, setScannedBy] = useState<string>();
  const [advice, setAdvice] = useState<string>();
  const [triesLeft, setTriesLeft] = useState<number>();
  const [problem, setProblem] = useState<Problem>();
  const [isOffline, setIsOffline] = useState(false);
  // The newest callbacks of the caller, without starting again at each rendering.
  const callbacks = useRef({ start, onDone });
  callbacks.current = { start, onDone };
  const currentRun = useRef(0);
  const renewalsLeft = useRef(maxRenewals);

  const startScan = useCallback(async (): Promise<void> => {
    currentRun.current += 1;
    const thisRun = currentRun.current;
    const isCurrentRun = () => currentRun.current === thisRun;
    setPhase('creating');
    setProblem(undefined);
    setScannedBy(undefined);
    setAdvice(undefined);
    setTriesLeft(undefined);
    setIsOffline(false);
    let createdScan: Scan;
    try {
      createdScan = await callbacks.current.start();
    } catch (error) {
      if (!isCurrentRun()) return;
      setProblem(problemOf(error));
      return setPhase('refused');
    }
    if (!isCurrentRun()) return;
    setScan(createdScan);
    setPhase('pending');
    for (let waitMs = 2000; ; ) {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      if (!isCurrentRun()) return;
      try {
        const scanState = await pollScan(createdScan);
        if (!isCurrentRun()) return;
        setIsOffline(false);
        setScannedBy(scanState.scannedBy);
        setAdvice(scanState.advice?.title);
        setTriesLeft(scanState.remainingAttempts);
        setPhase(scanState.state);
        waitMs = scanState.afterMs;
        if (scanState.state === 'passed' || scanState.state === 'confirmed')
          return callbacks.current.onDone(createdScan, scanState);
        if (scanState.state === 'expired' && renewalsLeft.current > 0) {
          renewalsLeft.current -= 1;
          return void startScan();
        }
        if (scanState.state !== 'pending' && scanState.state !== 'scanned') return;
      } catch (error) {
        if (!isCurrentRun()) return;
        const found = problemOf(error);
        if (!isTransient(found)) {
          setProblem(found);
          return setPhase('refused');
        }
        setIsOffline(true);
        waitMs = Math.min(10_000, waitMs * 2);
      }
    }
  }, []);

  useEffect(() => {
    void startScan();
    return () => {
      currentRun.current += 1;
    };
  }, [startScan]);

  return { phase, scan, scannedBy, advice, triesLeft, problem, isOffline, renew: () => void startScan() };
}
