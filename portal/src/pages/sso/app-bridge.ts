/**
 * QR-1 in a web view: the app that shows this page says who enters, by a call of its own (docs/channels.md). The page
 * gives the app the path of that call. The page checks the app's answer like every other address.
 */
interface AppBridge {
  handOver(call: { readonly method: 'POST'; readonly path: string }): Promise<unknown>;
}

const appBridge = (): AppBridge | undefined => {
  const { ahtaxApp } = window as { ahtaxApp?: Partial<AppBridge> };
  return typeof ahtaxApp?.handOver === 'function' ? (ahtaxApp as AppBridge) : undefined;
};

/** The address that the app got for the browser; undefined if there is no app, or if its user refuses. */
export async function handOverByApp(id: string): Promise<string | undefined> {
  if (!/^[\w-]{32}$/.test(id)) return undefined;
  try {
    const reply = await appBridge()?.handOver({ method: 'POST', path: `/v1/channel/sso/${id}` });
    const { redirectTo } = (reply ?? {}) as { redirectTo?: unknown };
    return typeof redirectTo === 'string' && /^https?:\/\//.test(redirectTo) ? redirectTo : undefined;
  } catch {
    // The app could not hand the person over, so the person logs in here.
    return undefined;
  }
}
