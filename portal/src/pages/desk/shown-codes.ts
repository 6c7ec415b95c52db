import { useSyncExternalStore } from 'react';
import { openTabChannel } from '../../app/browser-features.ts';
import { type DeskMessage, deskChannel } from '../../components/scan/desk-codes.ts';

/** The codes that pages of this browser show right now (components/scan/desk-codes.ts), newest first. */
export interface ShownCode {
  readonly id: string;
  readonly content: string;
  /** The title of the window that shows the code. */
  readonly title: string;
}
interface KnownCode extends ShownCode {
  round: number;
}

/** A window that was killed sends nothing: a window that did not answer the last two questions is gone. */
const roundMs = 3_000;
const knownCodes = new Map<string, KnownCode>();
const listeners = new Set<() => void>();
const none: readonly ShownCode[] = [];
let codes = none;
let round = 0;
let stopListening: (() => void) | undefined;

function notify(): void {
  codes = [...knownCodes.values()].reverse();
  for (const listener of listeners) listener();
}

function listen(): () => void {
  const channel = openTabChannel(deskChannel);
  const requestCodes = () => channel?.postMessage({ kind: 'list' } satisfies DeskMessage);
  channel?.addEventListener('message', ({ data }) => {
    const message = data as DeskMessage;
    if (message.kind === 'gone' && knownCodes.delete(message.id)) notify();
    if (message.kind !== 'shown') return;
    const known = knownCodes.get(message.id);
    if (known) known.round = round;
    else {
      const { id, content, title } = message;
      knownCodes.set(id, { id, content, title, round });
      notify();
    }
  });
  requestCodes();
  const timer = setInterval(() => {
    let lost = false;
    for (const { id, round: answered } of knownCodes.values())
      if (answered < round) lost = knownCodes.delete(id) || lost;
    if (lost) notify();
    round += 1;
    requestCodes();
  }, roundMs);
  return () => {
    clearInterval(timer);
    channel?.close();
    knownCodes.clear();
    codes = none;
  };
}

/** Defined outside of the hook: a new function would mean a new subscription at each rendering. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  stopListening ??= listen();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stopListening?.();
    stopListening = undefined;
  };
}

export const useShownCodes = (): readonly ShownCode[] => useSyncExternalStore(subscribe, () => codes);
