import { openTabChannel, uniqueId } from '../../app/browser-features.ts';

/**
 * This machine only: a page that shows a code sends its content to the phones on the desk (pages/desk), so that nobody
 * has to copy it. The deployed build contains none of this.
 */
export type DeskMessage =
  /** The desk asks which pages show a code now. */
  | { readonly kind: 'list' }
  | { readonly kind: 'shown'; readonly id: string; readonly content: string; readonly title: string }
  | { readonly kind: 'gone'; readonly id: string };

export const deskChannel = 'desk';

/** Publishes a code until the returned function is called. */
export function publishToDesk(content: string): (() => void) | undefined {
  if (!(import.meta.env.MODE === 'desk' || import.meta.env.DEV)) return undefined;
  const channel = openTabChannel(deskChannel);
  if (!channel) return undefined;
  const id = uniqueId();
  const post = (message: DeskMessage) => channel.postMessage(message);
  const publish = () => post({ kind: 'shown', id, content, title: document.title });
  const withdraw = () => post({ kind: 'gone', id });
  channel.addEventListener('message', ({ data }) => {
    if ((data as DeskMessage).kind === 'list') publish();
  });
  addEventListener('pagehide', withdraw);
  publish();
  return () => {
    removeEventListener('pagehide', withdraw);
    withdraw();
    channel.close();
  };
}
