import { useCallback, useEffect, useRef, useState } from 'react';
import { answer, bareApi } from '../../api/client.ts';
import { isTransient, type Problem, problemOf } from '../../api/problem.ts';

export interface Scan {
  readonly ticket: string;
  readonly qrContent: string;
  readonly pollSecret: string;
  readonly expiresAt: string;
}
const poll = async ({ ticket, pollSecret }: Scan) => {
  const call = bareApi.GET('/v1/scans/{ticket}', {
    params: { path: { ticket }, header: { 'poll-secret': pollSecret } },
  });
  const state = await answer(call);
  const advised = Number((await call).response.headers.get('retry-after'));
  return { ...state, afterMs: (advised > 0 ? advised : 2) * 1000 };
};
export type Polled = Awaited<ReturnType<typeof poll>>;
export type ScanPhase = Polled['state'] | 'making' | 'refused';

/** One code at a time: created by `start`, then polled as often as the API advises, until it ends. */
export function useScan({
  start,
  onDone,
  renewals,
}: {
  start: () => Promise<Scan>;
  onDone: (scan: Scan, polled: Polled) => void;
  /** How often an expired code is replaced automatically. */
  renewals: number;
}) {
  const [phase, setPhase] = useState<ScanPhase>('making');
  const [scan, setScan] = useState<Scan>();
  const [scannedBy, setScannedBy] = useState<string>();
  const [advice, setAdvice] = useState<string>();
  const [triesLeft, setTriesLeft] = useState<number>();
  const [problem, setProblem] = useState<Problem>();
  const [away, setAway] = useState(false);
  // The newest callbacks of the caller, without starting again at each rendering.
  const given = useRef({ start, onDone });
  given.current = { start, onDone };
  const current = useRef(0);
  const left = useRef(renewals);

  const begin = useCallback(async (): Promise<void> => {
    current.current += 1;
    const mine = current.current;
    const isMine = () => current.current === mine;
    setPhase('making');
    setProblem(undefined);
    setScannedBy(undefined);
    setAdvice(undefined);
    setTriesLeft(undefined);
    setAway(false);
    let live: Scan;
    try {
      live = await given.current.start();
    } catch (error) {
      if (!isMine()) return;
      setProblem(problemOf(error));
      return setPhase('refused');
    }
    if (!isMine()) return;
    setScan(live);
    setPhase('pending');
    for (let waitMs = 2000; ; ) {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      if (!isMine()) return;
      try {
        const polled = await poll(live);
        if (!isMine()) return;
        setAway(false);
        setScannedBy(polled.scannedBy);
        setAdvice(polled.advice?.title);
        setTriesLeft(polled.remainingAttempts);
        setPhase(polled.state);
        waitMs = polled.afterMs;
        if (polled.state === 'passed' || polled.state === 'confirmed')
          return given.current.onDone(live, polled);
        if (polled.state === 'expired' && left.current > 0) {
          left.current -= 1;
          return void begin();
        }
        if (polled.state !== 'pending' && polled.state !== 'scanned') return;
      } catch (error) {
        if (!isMine()) return;
        const found = problemOf(error);
        if (!isTransient(found)) {
          setProblem(found);
          return setPhase('refused');
        }
        setAway(true);
        waitMs = Math.min(10_000, waitMs * 2);
      }
    }
  }, []);

  useEffect(() => {
    void begin();
    return () => {
      current.current += 1;
    };
  }, [begin]);

  return { phase, scan, scannedBy, advice, triesLeft, problem, away, renew: () => void begin() };
}
