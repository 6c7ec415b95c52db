import { openChannel, uniqueName } from '../../app/optional.ts';

/**
 * This machine only: a page that shows a code sends its content to the phones on the desk (pages/desk), so that nobody
 * has to copy it. The deployed build contains none of this.
 */
export type DeskMessage =
  /** The desk asks which pages show a code now. */
  | { readonly kind: 'who' }
  | { readonly kind: 'shown'; readonly id: string; readonly content: string; readonly title: string }
  | { readonly kind: 'gone'; readonly id: string };

export const deskChannel = 'desk';

/** Publishes a code until the returned function is called. */
export function showToDesk(content: string): (() => void) | undefined {
  if (!(import.meta.env.MODE === 'desk' || import.meta.env.DEV)) return undefined;
  const channel = openChannel(deskChannel);
  if (!channel) return undefined;
  const id = uniqueName();
  const say = (message: DeskMessage) => channel.postMessage(message);
  const show = () => say({ kind: 'shown', id, content, title: document.title });
  const leave = () => say({ kind: 'gone', id });
  channel.addEventListener('message', ({ data }) => {
    if ((data as DeskMessage).kind === 'who') show();
  });
  addEventListener('pagehide', leave);
  show();
  return () => {
    removeEventListener('pagehide', leave);
    leave();
    channel.close();
  };
}
