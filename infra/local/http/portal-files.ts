import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileOfPage, isPage } from '../../portal/fallback.ts';
import { cacheControlOf, portalHeaders } from '../../portal/headers.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.wasm': 'application/wasm',
};
/** In order of preference; the names that Accept-Encoding uses. */
const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

interface Stored {
  readonly path: string;
  readonly bytes: number;
}
interface PortalFile {
  readonly name: string;
  readonly etag: string;
  readonly plain: Stored;
  readonly encoded: ReadonlyMap<string, Stored>;
}

/**
 * Answers a request for the portal; undefined if it is not one: the API's paths, and methods other than GET and HEAD.
 */
export type ServePortal = (incoming: IncomingMessage, response: ServerResponse) => Promise<void> | undefined;

const api = /^\/(v1|oauth2|\.well-known|local)(\/|$)/;

/**
 * Serves the built portal as CloudFront would. A file is found by its whole name in a list made at the start, so that
 * no path leads anywhere else.
 */
export async function openPortalFiles(folder: string): Promise<ServePortal> {
  const files = await listFiles(folder);
  const index = files.get('index.html');
  if (!index) throw new Error(`${folder} has no index.html`);
  return (incoming, response) => {
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD') return undefined;
    const path = pathOf(incoming.url ?? '/');
    if (path === undefined || api.test(path)) return undefined;
    incoming.resume();
    const elsewhere = isPage(path) && ownAddress(incoming);
    if (elsewhere) return redirect(response, elsewhere);
    const file = isPage(path) ? (files.get(fileOfPage(path)) ?? index) : files.get(path.slice(1));
    return file ? send(incoming, response, file) : notFound(incoming, response);
  };
}

/**
 * SES-2: the API accepts changes only from pages of its own origin, which is 127.0.0.1. A page opened under the name
 * `localhost` would have another origin, so it is redirected.
 */
function ownAddress({ headers: { host = '' }, url = '/' }: IncomingMessage): string | undefined {
  const port = /^localhost(:\d+)?$/i.exec(host);
  return port ? `http://127.0.0.1${port[1] ?? ''}${url}` : undefined;
}

async function redirect(response: ServerResponse, location: string): Promise<void> {
  response.writeHead(307, { ...portalHeaders, location, 'cache-control': 'no-store', 'content-length': 0 });
  response.end();
}

/** Undefined if the percent-encoding is broken; the API then refuses the request. */
function pathOf(url: string): string | undefined {
  try {
    return decodeURIComponent(url.split('?')[0] ?? '/');
  } catch {
    return undefined;
  }
}

async function listFiles(folder: string): Promise<ReadonlyMap<string, PortalFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    );
  const known = new Set(names);
  const stored = async (name: string): Promise<Stored & { content: Buffer }> => {
    const path = join(folder, name);
    const content = await readFile(path);
    return { path, content, bytes: content.length };
  };
  const isVariant = (name: string) =>
    encodings.some(([, end]) => name.endsWith(end) && known.has(name.slice(0, -end.length)));
  const read = names
    .filter((name) => !isVariant(name))
    .map(async (name): Promise<[string, PortalFile]> => {
      const { content, ...plain } = await stored(name);
      const encoded = new Map<string, Stored>();
      for (const [encoding, end] of encodings) {
        if (!known.has(name + end)) continue;
        const { content: _, ...variant } = await stored(name + end);
        encoded.set(encoding, variant);
      }
      const etag = createHash('sha256').update(content).digest('base64url').slice(0, 22);
      return [name, { name, etag, plain, encoded }];
    });
  return new Map(await Promise.all(read));
}

/** Which encodings the browser accepts; `q=0` means that it does not accept one. */
function accepts(incoming: IncomingMessage, encoding: string): boolean {
  const accepted = String(incoming.headers['accept-encoding'] ?? '').toLowerCase();
  return accepted.split(',').some((one) => {
    const [name = '', ...parameters] = one.split(';').map((part) => part.trim());
    return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}

async function send(incoming: IncomingMessage, response: ServerResponse, file: PortalFile): Promise<void> {
  const encoding = [...file.encoded.keys()].find((name) => accepts(incoming, name));
  const stored = (encoding && file.encoded.get(encoding)) || file.plain;
  // Each encoding of the content has its own tag, because the bytes differ.
  const etag = `"${file.etag}${encoding ? `-${encoding}` : ''}"`;
  const headers = {
    ...portalHeaders,
    'cache-control': cacheControlOf(file.name),
    etag,
    ...(file.encoded.size > 0 ? { vary: 'accept-encoding' } : {}),
  };
  if (knows(incoming, etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, {
    ...headers,
    'content-type': types[extname(file.name)] ?? 'application/octet-stream',
    'content-length': stored.bytes,
    ...(encoding ? { 'content-encoding': encoding } : {}),
  });
  if (incoming.method === 'HEAD') response.end();
  else await pipeline(createReadStream(stored.path), response);
}

const knows = (incoming: IncomingMessage, etag: string): boolean =>
  (incoming.headers['if-none-match'] ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === etag);

async function notFound(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = 'Not found / 没有找到您要访问的内容\n';
  response.writeHead(404, {
    ...portalHeaders,
    'cache-control': 'no-store',
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(incoming.method === 'HEAD' ? undefined : text);
}
