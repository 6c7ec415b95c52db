import type { IncomingMessage, ServerResponse } from 'node:http';
import { type BureauOptions, bureauOf, type Entry, isOver, reasonOf } from './bureau.ts';
import {
  filedPage,
  type Matter,
  matterPage,
  pageHeaders,
  refusedPage,
  strangerPage,
  visitorPage,
} from './page.ts';
import { openVisits } from './visits.ts';

export interface SystemOptions extends Omit<BureauOptions, 'redirectUri' | 'homeUri'> {
  readonly name: string;
  /** The address of this system, without a slash at the end. */
  readonly origin: string;
  readonly matter?: Matter;
}

/** A logout token that was valid. */
export interface Notice {
  /** ISO time of its arrival. */
  readonly at: string;
  readonly sid: string;
  readonly sub: string;
  /** How many sessions of this system it ended. */
  readonly ended: number;
}

export const callbackPath = '/callback';
export const logoutPath = '/backchannel-logout';
/** The page to which people return after 退出. */
export const homePath = '/';
/** The page to which the portal's tile leads. */
export const loginPath = '/login';
const mostNotices = 100;

/** A tax system with a page that people reach through the bureau's login. */
export function taxSystem({ name, origin, matter, now = () => new Date(), ...options }: SystemOptions) {
  const bureau = bureauOf({
    ...options,
    now,
    redirectUri: origin + callbackPath,
    homeUri: origin + homePath,
  });
  const visits = openVisits(now);
  const notices: Notice[] = [];
  const cookies = cookiesOf(options.clientId, origin.startsWith('https:'));

  type Answer = (incoming: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;
  const show = (response: ServerResponse, status: number, html: string): void =>
    void response.writeHead(status, pageHeaders).end(html);
  const go = (response: ServerResponse, location: string, setCookie: readonly string[] = []): void =>
    void response
      .writeHead(303, { location, 'cache-control': 'no-store', 'set-cookie': [...setCookie] })
      .end();

  /**
   * Runs `act` with the visit of this browser; undefined if there is no visit, or if the bureau says that the hand-over
   * has ended.
   */
  async function visiting<T>(
    incoming: IncomingMessage,
    run: (entry: Entry) => T,
  ): Promise<Awaited<T> | undefined> {
    const id = cookies.read(incoming, 'visit');
    try {
      const kept = visits.find(id);
      const entry = kept && (await upToDate(id, kept));
      return entry && (await run(entry));
    } catch (error) {
      // Any other error is no reason to end the visit, and no reason to believe old data.
      if (!isOver(error)) throw error;
      visits.leave(id);
      return undefined;
    }
  }
  async function upToDate(id: string, kept: Entry): Promise<Entry | undefined> {
    if (now() < kept.until) return kept;
    // Without a refresh token the browser makes the request again, which usually shows no page.
    if (kept.refreshToken === undefined) return undefined;
    const entry = await bureau.renew(kept.refreshToken);
    visits.renew(id, entry);
    return entry;
  }

  const home: Answer = async (incoming, response) => {
    const visitor = await visiting(incoming, (entry) => entry.visitor);
    show(response, 200, visitor ? visitorPage(name, visitor, matter) : strangerPage(name));
  };

  /** An act that cannot be undone needs the permissions of this moment, not those of some minutes ago. */
  const file: Answer = async (incoming, response) => {
    const today = await visiting(incoming, (entry) => bureau.ask(entry));
    if (!today) return show(response, 200, strangerPage(name));
    const permitted = today.identity === 'natural' || (today.actions ?? []).includes('filing');
    show(response, permitted ? 200 : 403, filedPage(name, permitted));
  };

  const send = async (incoming: IncomingMessage, response: ServerResponse, asked: { matter?: string }) => {
    const browser = cookies.read(incoming, 'browser') || visits.newBrowser();
    const { url, pending } = await bureau.begin(asked);
    visits.asked(browser, pending);
    go(response, url.href, [cookies.write('browser', browser)]);
  };
  const login: Answer = (incoming, response) => send(incoming, response, {});
  /** A matter of risk: the browser makes a request that asks for the matter, and comes back after the face check. */
  const doMatter: Answer = (incoming, response) =>
    send(incoming, response, matter ? { matter: matter.code } : {});

  const callback: Answer = async (incoming, response, url) => {
    const browser = cookies.read(incoming, 'browser');
    const pending = visits.back(browser, url.searchParams.get('state') ?? '');
    // The request was begun in another browser or long ago: a link that another person made lets nobody in.
    if (!pending) return go(response, '/');
    try {
      const entry = await bureau.finish(url.pathname + url.search, pending);
      const visit = cookies.write('visit', visits.begin(entry));
      if (!entry.matter || !matter) return go(response, '/', [visit]);
      response.setHeader('set-cookie', visit);
      show(response, 200, matterPage(name, matter, entry.matter));
    } catch (error) {
      show(response, 403, refusedPage(name, reasonOf(error)));
    }
  };

  const logout: Answer = async (incoming, response) => {
    try {
      const { sid, sub } = await bureau.ended((await formOf(incoming)).get('logout_token') ?? '');
      notices.unshift({ at: now().toISOString(), sid, sub, ended: visits.end(sid) });
      notices.length = Math.min(notices.length, mostNotices);
      response.writeHead(200, { 'cache-control': 'no-store' }).end();
    } catch {
      response.writeHead(400, { 'cache-control': 'no-store' }).end();
    }
  };

  /** 退出: first here, and then at the bureau, which tells the other systems. */
  const logOut: Answer = async (incoming, response) => {
    const id = cookies.read(incoming, 'visit');
    const entry = visits.find(id);
    visits.leave(id);
    const gone = [cookies.write('visit', '', 0)];
    go(response, entry ? (await bureau.endSession(entry.visitor)).href : homePath, gone);
  };

  /** Leaves only this system. */
  const leave: Answer = async (incoming, response) => {
    const id = cookies.read(incoming, 'visit');
    const entry = visits.find(id);
    visits.leave(id);
    // The page does not wait for the answer; a token that is not given back ends with the bureau's session.
    if (entry?.refreshToken !== undefined) bureau.giveBack(entry.refreshToken).catch(() => undefined);
    go(response, '/', [cookies.write('visit', '', 0)]);
  };

  const routes: Readonly<Record<string, Answer>> = {
    [`GET ${homePath}`]: home,
    [`GET ${loginPath}`]: login,
    [`GET ${callbackPath}`]: callback,
    [`POST ${logoutPath}`]: logout,
    'POST /file': file,
    'POST /matter': doMatter,
    'POST /leave': leave,
    'POST /logout': logOut,
  };
  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', origin);
    const answer = routes[`${incoming.method} ${url.pathname}`];
    if (!answer) return void response.writeHead(404).end();
    try {
      await answer(incoming, response, url);
    } catch (error) {
      if (response.headersSent) return void response.destroy();
      show(response, 503, refusedPage(name, reasonOf(error)));
    }
  }
  return { handle, notices: notices as readonly Notice[] };
}

/** The names contain the client id, because cookies do not distinguish the ports of a host. */
function cookiesOf(clientId: string, secure: boolean) {
  const full = (name: string) => `${secure ? '__Host-' : ''}${clientId}-${name}`;
  return {
    read: ({ headers }: IncomingMessage, name: string): string =>
      (headers.cookie ?? '')
        .split(/; */)
        .find((pair) => pair.startsWith(`${full(name)}=`))
        ?.slice(full(name).length + 1) ?? '',
    write: (name: string, value: string, maxAge = 12 * 3600): string =>
      `${full(name)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure ? '; Secure' : ''}`,
  };
}

const longestForm = 16 * 1024;
async function formOf(incoming: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const part of incoming.setEncoding('utf8')) {
    text += part;
    if (text.length > longestForm) throw new Error('The form is too long');
  }
  return new URLSearchParams(text);
}
