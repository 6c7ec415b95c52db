import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generated } from '../../infra/local/emulators/secrets.ts';
import type { Runtime } from '../../infra/local/runtime.ts';
import { probe, startFixture } from './fixture.ts';

let runtime: Runtime;
let env: Record<string, string>;
beforeAll(async () => {
  runtime = await startFixture();
  env = (await probe(runtime, { do: 'env' })).body as Record<string, string>;
});
afterAll(() => runtime?.stop());

async function aws(service: 'SECRETS_MANAGER' | 'KMS', operation: string, input: object, path = '/probe') {
  const target = `${service === 'KMS' ? 'TrentService' : 'secretsmanager'}.${operation}`;
  const { body } = await probe(runtime, { do: 'aws', calls: [{ service, target, input }] }, path);
  const [answer] = body as { status: number; body: Record<string, unknown> }[];
  if (!answer) throw new Error('No answer');
  return answer;
}

describe('functions', () => {
  it('get the environment of the template and of Lambda, and nothing of this process', () => {
    expect(env).toMatchObject({
      TABLE: 'fixture-Things',
      AWS_REGION: 'ap-southeast-1',
      AWS_LAMBDA_FUNCTION_NAME: 'fixture-probe',
    });
    expect(env.LAMBDA_TASK_ROOT).toMatch(/functions\/probe$/);
    for (const name of ['PATH', 'HOME', 'TZ', 'VITEST', 'NODE_OPTIONS', 'DYNAMODB_ENDPOINT'])
      expect(env).not.toHaveProperty(name);
  });
});

describe('Secrets Manager', () => {
  it('has rotated a new secret at the first start', async () => {
    const { body } = await aws('SECRETS_MANAGER', 'GetSecretValue', { SecretId: env.SECRET });
    expect(JSON.parse(String(body.SecretString))).toEqual({ generation: 1, steps: [] });
    expect(body.VersionStages).toContain('AWSCURRENT');
    const previous = await aws('SECRETS_MANAGER', 'GetSecretValue', {
      SecretId: 'fixture/turning',
      VersionStage: 'AWSPREVIOUS',
    });
    expect(JSON.parse(String(previous.body.SecretString))).toMatchObject({
      generation: 0,
      seed: expect.stringMatching(/^[A-Za-z0-9]{40}$/),
    });
  });

  it('rotates again when asked to', async () => {
    expect((await fetch(`${runtime.url}/local/secrets/turning/rotate`, { method: 'POST' })).status).toBe(204);
    const { body } = await aws('SECRETS_MANAGER', 'GetSecretValue', { SecretId: env.SECRET });
    expect(JSON.parse(String(body.SecretString)).generation).toBe(2);
    expect((await fetch(`${runtime.url}/local/secrets/plain/rotate`, { method: 'POST' })).status).toBe(404);
  });

  it('is judged by the policy', async () => {
    const write = { SecretId: env.SECRET, SecretString: 'x' };
    expect(await aws('SECRETS_MANAGER', 'PutSecretValue', write)).toMatchObject({
      status: 400,
      body: { __type: 'AccessDeniedException' },
    });
    expect(await aws('SECRETS_MANAGER', 'GetSecretValue', write, '/narrow')).toMatchObject({
      body: { __type: 'AccessDeniedException' },
    });
    expect(await aws('SECRETS_MANAGER', 'GetSecretValue', { SecretId: 'none' })).toMatchObject({
      body: { __type: 'ResourceNotFoundException' },
    });
  });

  it('SEC-01 is judged by the secret’s own policy too, whatever the caller’s allows', async () => {
    expect(await aws('SECRETS_MANAGER', 'GetSecretValue', { SecretId: 'fixture/plain' })).toMatchObject({
      status: 400,
      body: { __type: 'AccessDeniedException' },
    });
    expect(runtime.denials()).toContainEqual(
      expect.objectContaining({ action: 'secretsmanager:GetSecretValue', functionName: 'probe' }),
    );
  });

  it('generates what the template asks for', () => {
    expect(generated({ PasswordLength: 24, ExcludePunctuation: true })).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(
      generated({
        ExcludePunctuation: true,
        ExcludeUppercase: true,
        ExcludeLowercase: true,
        PasswordLength: 6,
      }),
    ).toMatch(/^\d{6}$/);
    expect(JSON.parse(generated({ SecretStringTemplate: '{"a":1}', GenerateStringKey: 'b' }))).toMatchObject({
      a: 1,
      b: expect.any(String),
    });
  });
});

describe('KMS', () => {
  const context = { EncryptionContext: { stage: 'local', month: '2026-11' } };

  it('wraps data keys under a context', async () => {
    const made = (await aws('KMS', 'GenerateDataKey', { KeyId: env.KEY, KeySpec: 'AES_256', ...context }))
      .body;
    expect(Buffer.from(String(made.Plaintext), 'base64')).toHaveLength(32);
    const blob = { CiphertextBlob: made.CiphertextBlob };
    expect((await aws('KMS', 'Decrypt', { ...blob, ...context })).body).toMatchObject({
      Plaintext: made.Plaintext,
      KeyId: env.KEY,
    });
    const other = { EncryptionContext: { stage: 'local', month: '2026-12' } };
    expect((await aws('KMS', 'Decrypt', { ...blob, ...other })).body).toMatchObject({
      __type: 'InvalidCiphertextException',
    });
    const bare = (await aws('KMS', 'GenerateDataKeyWithoutPlaintext', { KeyId: 'alias/fixture', ...context }))
      .body;
    expect(bare).not.toHaveProperty('Plaintext');
  });

  it('is judged by the policy and its conditions', async () => {
    expect((await aws('KMS', 'GenerateDataKey', { KeyId: env.KEY })).body).toMatchObject({
      __type: 'AccessDeniedException',
    });
    expect(
      (await aws('KMS', 'Encrypt', { KeyId: env.KEY, Plaintext: 'aGk=', ...context })).body,
    ).toMatchObject({ __type: 'AccessDeniedException' });
  });
});
