import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { FlowDeclaration } from '#contract/flow.ts';
import { assetFolder, synthesizeStage, synthTimeout } from './assembly.ts';
import { functionsDirectory, hasher, reader } from './fixtures/flows.ts';

const node = join(import.meta.dirname, '../../node_modules/.bin/node');

/** Packages one flow for this machine, and runs its asset in a process without anything else. */
async function run(flow: FlowDeclaration, env: Record<string, string> = {}): Promise<unknown> {
  const built = await synthesizeStage('local', { flows: [flow], functionsDirectory });
  const index = join(assetFolder(built, built.of('AWS::Lambda::Function')[0]), 'index.js');
  const script = `require(${JSON.stringify(index)}).handler().then((value) => console.log(JSON.stringify(value)))`;
  const { stdout } = await promisify(execFile)(node, ['-e', script], { env });
  return JSON.parse(stdout);
}

it(
  'PWD-3 a packaged function hashes with argon2id by the binary beside its code',
  async () => {
    expect(await run(hasher)).toEqual({
      encoded: expect.stringMatching(/^\$argon2id\$v=19\$m=19456,/),
      right: true,
      wrong: false,
    });
  },
  synthTimeout,
);

it(
  'a packaged function signs its DynamoDB calls with the credentials of its environment',
  async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization, request.headers['x-amz-security-token']?.toString());
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      request.resume().on('end', () => response.end('{"Item":{"personKey":{"S":"p"}}}'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const item = await run(reader, {
        TABLE_USERS: 'users',
        AWS_REGION: 'ap-southeast-1',
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_SESSION_TOKEN: 'token-of-the-role',
        AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      });
      expect(item).toEqual({ personKey: 'p' });
      expect(seen).toEqual([expect.stringContaining('Credential=AKIDEXAMPLE/'), 'token-of-the-role']);
    } finally {
      server.close();
    }
  },
  synthTimeout,
);

it.each([
  ['forgets that it hashes', { ...hasher, hashesPasswords: undefined }, /computes argon2id but its contract/],
  ['says it hashes but does not', { ...reader, hashesPasswords: true }, /says hashesPasswords but does not/],
  ['has no handler', { ...reader, name: 'missing' }, /Could not resolve/],
])(
  'a contract that %s stops the synth',
  async (_what, flow, message) => {
    const flows = [flow as FlowDeclaration];
    await expect(synthesizeStage('local', { flows, functionsDirectory })).rejects.toThrow(message);
  },
  synthTimeout,
);
