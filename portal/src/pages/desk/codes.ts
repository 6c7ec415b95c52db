import { useSyncExternalStore } from 'react';
import { openChannel } from '../../app/optional.ts';
import { type DeskMessage, deskChannel } from '../../components/scan/desk-codes.ts';

/** The codes that pages of this browser show right now (components/scan/desk-codes.ts), newest first. */
export interface ShownCode {
  readonly id: string;
  readonly content: string;
  /** The title of the window that shows the code. */
  readonly title: string;
}
interface Heard extends ShownCode {
  round: number;
}

/** A window that was killed sends nothing: a window that did not answer the last two questions is gone. */
const roundMs = 3_000;
const heard = new Map<string, Heard>();
const listeners = new Set<() => void>();
const none: readonly ShownCode[] = [];
let codes = none;
let round = 0;
let stop: (() => void) | undefined;

function tell(): void {
  codes = [...heard.values()].reverse();
  for (const listener of listeners) listener();
}

function listen(): () => void {
  const channel = openChannel(deskChannel);
  const ask = () => channel?.postMessage({ kind: 'who' } satisfies DeskMessage);
  channel?.addEventListener('message', ({ data }) => {
    const message = data as DeskMessage;
    if (message.kind === 'gone' && heard.delete(message.id)) tell();
    if (message.kind !== 'shown') return;
    const known = heard.get(message.id);
    if (known) known.round = round;
    else {
      const { id, content, title } = message;
      heard.set(id, { id, content, title, round });
      tell();
    }
  });
  ask();
  const timer = setInterval(() => {
    let lost = false;
    for (const { id, round: answered } of heard.values())
      if (answered < round) lost = heard.delete(id) || lost;
    if (lost) tell();
    round += 1;
    ask();
  }, roundMs);
  return () => {
    clearInterval(timer);
    channel?.close();
    heard.clear();
    codes = none;
  };
}

/** Defined outside of the hook: a new function would mean a new subscription at each rendering. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  stop ??= listen();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stop?.();
    stop = undefined;
  };
}

export const useShownCodes = (): readonly ShownCode[] => useSyncExternalStore(subscribe, () => codes);
