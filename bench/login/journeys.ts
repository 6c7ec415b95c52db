import { Agent, request } from 'node:http';
import { password } from './credentials.ts';
import type { Person } from './people.ts';

interface Reply {
  readonly status: number;
  readonly cookies: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}
export type Post = (path: string, body?: object, cookie?: string) => Promise<Reply>;

/**
 * Sends requests as a browser does, over connections that stay open. Each lane of the load has a client of its own.
 * @param pages the origin of the page that sends, if it is not the server itself
 */
export function poster(port: number, pages?: string): { post: Post; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const origin = `http://127.0.0.1:${port}`;
  const post: Post = (path, body, cookie) =>
    new Promise((resolve, reject) => {
      const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      const outgoing = request(
        `${origin}${path}`,
        {
          method: 'POST',
          agent,
          headers: {
            origin: pages ?? origin,
            'user-agent':
              'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
            accept: 'application/json',
            'accept-language': 'zh-CN,zh;q=0.9',
            ...(bytes ? { 'content-type': 'application/json', 'content-length': bytes.length } : {}),
            ...(cookie ? { cookie } : {}),
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({
              status: incoming.statusCode ?? 0,
              cookies: incoming.headers['set-cookie'] ?? [],
              body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
            });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(bytes);
    });
  return { post, close: () => agent.destroy() };
}

function expect(reply: Reply, status: number, what: string): Reply {
  if (reply.status !== status)
    throw new Error(`${what}: expected ${status}, got ${reply.status} ${JSON.stringify(reply.body)}`);
  return reply;
}

/** Our password login (LGN-3): password, code sent, code checked and session opened. */
export async function loginOfOurs(
  post: Post,
  person: Person,
  account: 'documentNumber' | 'phone',
  takeCode: (phone: string) => string,
): Promise<void> {
  const opened = expect(
    await post('/v1/logins', { entry: 'natural', account: person[account], password }),
    201,
    'password step',
  );
  const path = `/v1/logins/${String(opened.body.loginId)}`;
  expect(await post(`${path}/sms`), 202, 'SMS step');
  const done = expect(await post(`${path}/verify`, { smsCode: takeCode(person.phone) }), 200, 'verification');
  if (!done.body.session) throw new Error('No session was opened');
}

/** A login with better-auth: sign in, ask for a code, verify it. */
export async function loginOfPeer(
  post: Post,
  email: string,
  takeCode: (email: string) => string,
): Promise<void> {
  const signedIn = expect(await post('/api/auth/sign-in/email', { email, password }), 200, 'sign-in');
  if (signedIn.body.twoFactorRedirect !== true) throw new Error('No second factor was asked for');
  const cookie = cookiesOf(signedIn);
  expect(await post('/api/auth/two-factor/send-otp', {}, cookie), 200, 'send-otp');
  const done = expect(
    await post('/api/auth/two-factor/verify-otp', { code: takeCode(email) }, cookie),
    200,
    'verify-otp',
  );
  if (!done.body.token) throw new Error('No session was opened');
}

/** The cookies that a browser sends back; a cookie that was set to end at once is not sent. */
const cookiesOf = ({ cookies }: Reply): string =>
  cookies
    .filter((cookie) => !/max-age=0/i.test(cookie))
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
