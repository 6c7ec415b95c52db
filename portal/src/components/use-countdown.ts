import { useEffect, useState } from 'react';
import { secondsUntil } from '../api/clock.ts';

/** Seconds until an instant of the API, counted down; 0 if there is no instant. */
export function useCountdown(instant: string | undefined): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (instant === undefined) return setLeft(0);
    const tick = () => setLeft(secondsUntil(instant));
    tick();
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [instant]);
  return left;
}

/** `4:59` */
export const formatMinutes = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
