import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedKey } from '../../examples/channel-partner/assertion.ts';
import { checkedProof } from '../../examples/channel-partner/proof.ts';
import { expectStatus, loginTicket } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { type Known, knownPerson } from '../support/watched.ts';
import { importsIn } from '../walls/imports.ts';
import { type OwnRuntime, openOwnRuntime } from './support/own-runtime.ts';

const example = 'examples/channel-partner';

/** A copy of the example's folder at another place, with only the library that its package.json names. */
function copied(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ahtax-partner-'));
  cpSync(example, folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(resolve('node_modules/jose'), join(folder, 'node_modules/jose'));
  return folder;
}

describe('examples/channel-partner', () => {
  let runtime: OwnRuntime;
  let who: Known;
  let folder: string;
  beforeAll(async () => {
    folder = copied();
    runtime = await openOwnRuntime({});
    // The example uses the real time of this machine, so the runtime's clock must show the same time.
    runtime.clock.reset();
    who = await knownPerson(runtime);
    for (const channel of ['ahtax-app', 'terminal'] as const) {
      const key = runtime.keys.get(channel)?.[0];
      if (key) writeFileSync(join(folder, `${channel}.json`), JSON.stringify(await storedKey(key)));
    }
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await runtime?.finish();
  });

  /**
   * Runs the example in a terminal, as its README says; returns its status and body, and passes on each printed line.
   */
  const run = (channel: string, args: string[], told: (line: string) => void = () => undefined) =>
    new Promise<{ status: number; body: Record<string, unknown> }>((done, failed) => {
      const flags = ['--address', runtime.url, '--channel', channel, '--key', `${channel}.json`];
      const child = execFile(
        process.execPath,
        ['main.ts', ...args, ...flags],
        { cwd: folder },
        (_error, out, err) => {
          if (out === '') failed(new Error(err));
          else done(JSON.parse(out));
        },
      );
      child.stderr?.on('data', (text: string) => told(text));
    });
  const person = () => ['--person', `${who.documentType}:${who.documentNumber}`];

  it('needs jose and nothing else', () => {
    const { dependencies } = JSON.parse(readFileSync(join(example, 'package.json'), 'utf8'));
    const house = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(dependencies).toEqual({ jose: house.dependencies.jose });
    const named = readdirSync(example)
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => importsIn(readFileSync(join(example, file), 'utf8')));
    const outside = named.filter((one) => !one.startsWith('./') && !isBuiltin(one));
    expect([...new Set(outside)]).toEqual(['jose']);
  });

  long('QR-1 CHN-1 logs a person in with a key of its own', async () => {
    const code = expectStatus(await runtime.http('POST', '/v1/qr-logins'), 201).body;
    expect(await run('ahtax-app', ['confirm', code.qrContent, ...person()])).toEqual({ status: 204 });
    const headers = { 'poll-secret': code.pollSecret };
    const polled = await runtime.http('GET', `/v1/scans/${code.ticket}`, undefined, { headers });
    expect(polled.body).toMatchObject({ state: 'confirmed', session: { identity: { kind: 'natural' } } });
  });

  long('FACE-1 shows a face as the second factor', async () => {
    const path = `/v1/logins/${await loginTicket(runtime, who)}`;
    const scan = expectStatus(await runtime.http('POST', `${path}/face`), 201).body;
    expect((await run('ahtax-app', ['face', scan.qrContent])).body).toMatchObject({ passed: true });
    expectStatus(await runtime.http('POST', `${path}/verify`, { faceTicket: scan.ticket }), 200);
  });

  long('STP-3 gets a proof at a terminal, which a tax system then checks', async () => {
    let scanned: Promise<unknown> | undefined;
    const args = [
      'verify',
      'invoice.issue',
      'invoice',
      '--office',
      'T03',
      '--nonce',
      'T03-17',
      '--name',
      who.name,
    ];
    const { body } = await run('terminal', [...args, ...person()], (line) => {
      const qrContent = /http\S+\/s\/\S+/.exec(line)?.[0];
      if (qrContent) scanned ??= run('ahtax-app', ['face', qrContent, ...person()]);
    });
    expect(await scanned).toMatchObject({ status: 200 });
    expect(body.state).toBe('passed');
    const asked = { issuer: runtime.url, audience: 'invoice', matter: 'invoice.issue', nonce: 'T03-17' };
    expect(await checkedProof(String(body.proof), asked)).toMatchObject({ channel: 'terminal' });
    await expect(checkedProof(String(body.proof), { ...asked, nonce: 'another' })).rejects.toThrow();
    await expect(checkedProof(String(body.proof), { ...asked, audience: 'filing' })).rejects.toThrow();
  });

  it('is refused with a code and a sentence', async () => {
    const answer = await run('terminal', ['face', `${runtime.url}/s/unknown`]);
    expect(answer.body).toMatchObject({ code: expect.any(String), title: expect.any(String) });
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });
});
