import { Agent, request } from 'node:http';

interface Sent {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
export interface Answer {
  readonly status: number;
  readonly location: string;
  readonly text: string;
}

/** Sends calls over connections that stay open, with the cookies of one browser; it follows no redirect by itself. */
export function browserAt(port: number, agent: Agent) {
  const jar = new Map<string, string>();
  const call = (path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const outgoing = request(
        `http://127.0.0.1:${port}${path}`,
        {
          method,
          agent,
          headers: {
            accept: '*/*',
            'user-agent':
              'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
            ...(cookie ? { cookie } : {}),
            ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
            ...headers,
          },
        },
        (incoming) => {
          let text = '';
          incoming.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          incoming.on('error', reject);
          incoming.on('end', () => {
            for (const set of incoming.headers['set-cookie'] ?? []) {
              const [pair = ''] = set.split(';');
              const at = pair.indexOf('=');
              const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
              if (value === '' || /max-age=0|expires=Thu, 01 Jan 1970/i.test(set)) jar.delete(name);
              else jar.set(name, value);
            }
            resolve({ status: incoming.statusCode ?? 0, location: incoming.headers.location ?? '', text });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  return { call };
}
export type Browser = ReturnType<typeof browserAt>;
export const keptConnections = (): Agent => new Agent({ keepAlive: true, maxSockets: 64 });
