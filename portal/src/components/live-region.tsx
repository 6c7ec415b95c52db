import { useSyncExternalStore } from 'react';

let currentSentence = '';
const listeners = new Set<() => void>();

/** Tells screen readers what happened without moving the focus: a code was sent, a scan passed. */
export function announce(sentence: string): void {
  // The same sentence must be read again when it happens again.
  currentSentence = sentence === currentSentence ? `${sentence}\u00a0` : sentence;
  for (const listener of listeners) listener();
}

/** Rendered once, in the frame. */
export function LiveRegion() {
  const sentence = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => currentSentence,
    () => '',
  );
  return (
    <div className="unseen" role="status" aria-live="polite">
      {sentence}
    </div>
  );
}
