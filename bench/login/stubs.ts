import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody, sendJson } from '../../infra/local/http/http.ts';
import { isObject, parseJson } from '../../infra/local/http/json.ts';
import { newSigningKey } from '../../shared/crypto/signing-ring.ts';

/** The secrets of this run; the code that writes the people needs them too. */
export interface BenchSecrets {
  readonly root: string;
  readonly handles: string;
  readonly signing: string;
  readonly sealing: string;
  readonly providers: string;
  /** The plain data key that the KMS stub returns. */
  readonly dataKey: Buffer;
  readonly dataKeyId: string;
}

export async function makeSecrets(): Promise<BenchSecrets> {
  const dataKey = Buffer.alloc(32, 11);
  const dataKeyId = 'bench';
  return {
    root: JSON.stringify({ 1: 'bench'.repeat(13) }),
    handles: JSON.stringify({ 1: 'hands'.repeat(13) }),
    signing: JSON.stringify({ keys: [{ ...(await newSigningKey()), signFrom: 0, verifyUntil: null }] }),
    sealing: JSON.stringify({ current: dataKeyId, keys: { [dataKeyId]: dataKey.toString('base64') } }),
    providers: '{}',
    dataKey,
    dataKeyId,
  };
}

/** The services that the functions call, in the load generator's process: secrets, KMS and the outbox for SMS. */
export interface Stubs {
  readonly origin: string;
  /** Removes and returns the newest code that was sent to a phone. */
  takeCode(phone: string): string;
  stop(): void;
}

export async function startStubs(secrets: BenchSecrets): Promise<Stubs> {
  const codes = new Map<string, string>();
  const names = ['root', 'handles', 'signing', 'sealing', 'providers'] as const;
  const server = createServer(async (incoming, response) => {
    const parsed = parseJson((await readBody(incoming, 65_536))?.toString('utf8') ?? '');
    const body = isObject(parsed) ? parsed : {};
    const target = incoming.headers['x-amz-target'];
    if (target === 'TrentService.Decrypt')
      return sendJson(response, 200, { Plaintext: secrets.dataKey.toString('base64') });
    if (target === 'secretsmanager.GetSecretValue') {
      const name = names.find((one) => String(body.SecretId).includes(one));
      return sendJson(response, 200, { SecretString: name && secrets[name] });
    }
    codes.set(String(body.phone), String(body.code));
    sendJson(response, 202, {});
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeCode: (phone) => {
      const code = codes.get(phone);
      if (code === undefined) throw new Error('No code was sent');
      codes.delete(phone);
      return code;
    },
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
