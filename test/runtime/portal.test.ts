import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Runtime } from '../../infra/local/runtime.ts';
import { buildPortal } from '../../infra/portal/build.ts';
import { portalHeaders } from '../../infra/portal/headers.ts';
import { long } from '../support/variants.ts';
import { startFixture } from './fixture.ts';

const sources = join(import.meta.dirname, 'fixtures/portal');

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

describe('pages on the port of the API', () => {
  let runtime: Runtime;
  let built: string;
  beforeAll(async () => {
    runtime = await startFixture({ portal: true, portalRoot: sources });
    built = await buildPortal({ mode: 'desk', root: sources });
  });
  afterAll(() => runtime?.stop());

  /** The answer as it is on the wire: not decompressed, and the path unchanged. */
  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(runtime.url);
      const outgoing = request({ hostname, port, path, method, headers }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            bytes: Buffer.concat(chunks),
          }),
        );
      });
      outgoing.once('error', reject).end();
    });
  const asset = (end: string): string => {
    const name = readdirSync(join(built, 'assets')).find(
      (file) => file.startsWith('index-') && file.endsWith(end),
    );
    if (!name) throw new Error(`No asset ${end}`);
    return `/assets/${name}`;
  };

  it.each([
    '/',
    '/index.html',
    '/login',
    '/account/phones',
    '/desk',
    '/?from=mail',
    '/v10',
    '/%E7%99%BB%E5%BD%95',
  ])('answers %s with the one page, asked for anew each time', async (path) => {
    const { status, headers, bytes } = await ask(path);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-cache');
    expect(headers['content-length']).toBe(String(bytes.length));
    expect(bytes.toString()).toContain('<title>电子税务局</title>');
  });

  it('hands out assets for ever, because their names hold a hash of their content', async () => {
    for (const [end, type] of [
      ['.js', 'text/javascript; charset=utf-8'],
      ['.css', 'text/css; charset=utf-8'],
    ] as const) {
      const { status, headers } = await ask(asset(end));
      expect(status).toBe(200);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(headers['content-type']).toBe(type);
    }
    // A file without a hash in its name is not an asset.
    expect((await ask('/robots.txt')).headers['cache-control']).toBe('no-cache');
  });

  it.each(['/', '/robots.txt', '/assets/missing.js'])(
    '%s carries every header of the constant',
    async (path) => {
      const { headers } = await ask(path);
      expect(headers).toMatchObject(portalHeaders);
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /);
      expect(headers['content-security-policy']).not.toMatch(/unsafe|https?:|\*/);
    },
  );

  it.each([
    ['br', 'br', brotliDecompressSync],
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0, GZIP;q=0.5', 'gzip', gunzipSync],
    ['identity', undefined, (bytes: Buffer) => bytes],
    ['br;q=0.0', undefined, (bytes: Buffer) => bytes],
  ])('Accept-Encoding "%s" gets %s', async (accepted, encoding, decode) => {
    const plain = await ask(asset('.css'));
    expect(plain.headers['content-encoding']).toBeUndefined();
    const { headers, bytes } = await ask(asset('.css'), { 'accept-encoding': accepted });
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers.vary).toBe('accept-encoding');
    expect(headers['content-length']).toBe(String(bytes.length));
    expect(decode(bytes).equals(plain.bytes)).toBe(true);
    expect(bytes.length < plain.bytes.length).toBe(encoding !== undefined);
    expect(headers.etag === plain.headers.etag).toBe(encoding === undefined);
  });

  it('HEAD says the same as GET without the content', async () => {
    for (const path of ['/', asset('.js'), '/missing.png']) {
      const [got, head] = [await ask(path), await ask(path, {}, 'HEAD')];
      expect(head.status).toBe(got.status);
      expect(head.bytes.length).toBe(0);
      const { date: _, ...headers } = head.headers;
      expect(got.headers).toMatchObject(headers);
    }
  });

  it('does not send again what the browser has, form by form', async () => {
    const { headers } = await ask('/');
    const again = await ask('/', { 'if-none-match': `"other", W/${headers.etag}` });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
    expect(again.headers.etag).toBe(headers.etag);
    const other = await ask(asset('.css'), {
      'if-none-match': String((await ask(asset('.css'))).headers.etag),
      'accept-encoding': 'br',
    });
    expect(other.status).toBe(200);
  });

  it.each([
    ['GET', '/v1/nothing'],
    ['GET', '/.well-known/nothing'],
    ['GET', '/oauth2/nothing'],
    ['GET', '/v1'],
    ['GET', '/local/nothing'],
    ['GET', '/local'],
    ['POST', '/login'],
    ['DELETE', '/'],
    ['GET', '/%zz'],
  ])('%s %s stays an answer of the API', async (method, path) => {
    const { status, headers, bytes } = await ask(path, { accept: 'text/html' }, method);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(bytes.toString()).code).toMatch(/NOT_FOUND|BAD_REQUEST/);
  });

  it.each([
    '/../../package.json',
    '/assets/../../../package.json',
    '/..%2f..%2fpackage.json',
    '/%2e%2e/%2e%2e/etc/hosts.d',
    '/..\\..\\package.json',
    '//etc/resolv.conf',
    '/assets/..%00.js',
    '/assets/missing.js',
    '/index.html/x.js',
    '/constructor.prototype',
  ])('%s leads nowhere', async (path) => {
    const { status, headers, bytes } = await ask(path);
    expect(status).toBe(404);
    expect(headers['cache-control']).toBe('no-store');
    expect(bytes.toString()).toBe('Not found / 没有找到您要访问的内容\n');
  });

  it('SES-2 a page opened by the name localhost goes on at the one origin that the API knows', async () => {
    const { port } = new URL(runtime.url);
    for (const path of ['/', '/me?from=mail', '//evil.example/x', '/s/abc'])
      for (const method of ['GET', 'HEAD']) {
        const { status, headers } = await ask(path, { host: `localhost:${port}` }, method);
        expect(status).toBe(307);
        expect(headers.location).toBe(`${runtime.url}${path}`);
        expect(headers['cache-control']).toBe('no-store');
      }
    expect((await ask('/', { host: 'LOCALHOST' })).headers.location).toBe('http://127.0.0.1/');
    // The files are the same for every host name.
    expect((await ask(asset('.js'), { host: `localhost:${port}` })).status).toBe(200);
    for (const host of [`127.0.0.1:${port}`, `localhost.evil.example:${port}`, `notlocalhost:${port}`])
      expect((await ask('/', { host })).status).toBe(200);
  });

  long('without the portal nothing but the API answers', async () => {
    const bare = await startFixture();
    try {
      const answer = await fetch(bare.url);
      expect(answer.status).toBe(404);
      expect(answer.headers.get('content-type')).toMatch(/problem\+json/);
    } finally {
      await bare.stop();
    }
  });
});

describe('the build of the pages', () => {
  const copies: string[] = [];
  afterEach(() => {
    for (const copy of copies.splice(0)) rmSync(copy, { recursive: true, force: true });
  });
  const copied = (): string => {
    const copy = mkdtempSync(join(tmpdir(), 'ahtax-portal-'));
    copies.push(copy);
    cpSync(sources, copy, { recursive: true });
    return copy;
  };
  const build = async (root: string, mode: 'desk' | 'production' = 'desk') => {
    const told: string[] = [];
    const folder = await buildPortal({ mode, root, progress: (line) => told.push(line) });
    return { folder, told };
  };

  long('happens once for the same sources, with one line, and again for others', async () => {
    const root = copied();
    // The sources are new, so the result of an earlier run cannot be used.
    writeFileSync(join(root, 'public/robots.txt'), `${root}\n`);
    const first = await build(root);
    expect(first.told).toEqual(['building the portal']);
    expect(await build(root)).toEqual({ folder: first.folder, told: [] });
    writeFileSync(join(root, 'public/robots.txt'), `${root} changed\n`);
    const changed = await build(root);
    expect(changed.told).toHaveLength(1);
    expect(changed.folder).not.toBe(first.folder);
    // A server that serves the first build can continue to serve it.
    expect(readdirSync(first.folder)).toContain('index.html');
    for (const { folder } of [first, changed]) rmSync(folder, { recursive: true });
  });

  long('is the same however many ask at once', async () => {
    const root = copied();
    writeFileSync(join(root, 'public/robots.txt'), `${root} together\n`);
    const made = await Promise.all([build(root), build(root), build(root)]);
    expect(new Set(made.map(({ folder }) => folder)).size).toBe(1);
    expect(readdirSync(made[0].folder)).toContain('index.html');
    rmSync(made[0].folder, { recursive: true });
  });

  long('that fails stops the start with one sentence in both languages', async () => {
    const root = copied();
    writeFileSync(
      join(root, 'src/desk.js'),
      "import { gone } from './gone.js';\nexport const desk = gone;\n",
    );
    await expect(startFixture({ portal: true, portalRoot: root })).rejects.toMatchObject({
      name: 'PlainError',
      message: expect.stringMatching(/^The portal does not build: [^\n│]*gone\.js[^\n│]* --no-portal\.$/),
      chinese: expect.stringMatching(/^网页构建失败：[^\n│]*gone\.js[^\n│]* --no-portal /),
    });
  });

  long('says so where there is nothing to build', async () => {
    const root = copied();
    rmSync(join(root, 'index.html'));
    await expect(startFixture({ portal: true, portalRoot: root })).rejects.toThrow(
      /^There is no portal to build: .+index\.html is missing\. Start with --no-portal/,
    );
  });
});
