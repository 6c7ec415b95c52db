import { randomBytes, randomUUID } from 'node:crypto';
import { type Played, playServer, type Received } from './server.ts';

interface Secret {
  versions: Map<string, { text?: string; stages: Set<string> }>;
}

/**
 * The members that the calls use. If a call lacks a member that it needs, the fake answers wrongly and a test fails.
 */
interface Input {
  SecretId: string;
  VersionId?: string;
  VersionStage?: string;
  ClientRequestToken: string;
  SecretString: string;
  VersionStages: string[];
  MoveToVersionId: string;
  RemoveFromVersionId?: string;
  KeyId: string;
  KeySpec: string;
  CiphertextBlob: string;
  EncryptionContext: Record<string, string>;
}

/** The part of Secrets Manager and KMS that the rotation needs, with the rules on versions and stages. */
export async function fakeAws() {
  const secrets = new Map<string, Secret>();
  const wrappedKeys = new Map<string, { plain: Buffer; context: string }>();
  const faults: Played[] = [];
  const refuse = (type: string): Played => ({ status: 400, body: { __type: type, message: 'no' } });

  const actions: Record<string, (input: Input) => Played> = {
    'secretsmanager.DescribeSecret': ({ SecretId }) => {
      const secret = secrets.get(SecretId);
      if (!secret) return refuse('ResourceNotFoundException');
      const VersionIdsToStages = Object.fromEntries(
        [...secret.versions].map(([id, { stages }]) => [id, [...stages]]),
      );
      return { body: { VersionIdsToStages } };
    },
    'secretsmanager.GetSecretValue': ({ SecretId, VersionId, VersionStage = 'AWSCURRENT' }) => {
      const versions = [...(secrets.get(SecretId)?.versions ?? [])];
      const found = versions.find(
        ([id, { stages }]) => (VersionId === undefined || id === VersionId) && stages.has(VersionStage),
      );
      if (found?.[1].text === undefined) return refuse('ResourceNotFoundException');
      return { body: { VersionId: found[0], SecretString: found[1].text } };
    },
    'secretsmanager.PutSecretValue': ({ SecretId, ClientRequestToken, SecretString, VersionStages }) => {
      const versions = secrets.get(SecretId)?.versions;
      if (!versions) return refuse('ResourceNotFoundException');
      const known = versions.get(ClientRequestToken);
      if (known?.text !== undefined && known.text !== SecretString) return refuse('ResourceExistsException');
      versions.set(ClientRequestToken, { text: SecretString, stages: new Set(VersionStages) });
      return { body: { VersionId: ClientRequestToken } };
    },
    'secretsmanager.UpdateSecretVersionStage': ({
      SecretId,
      VersionStage = '',
      MoveToVersionId,
      RemoveFromVersionId,
    }) => {
      const versions = secrets.get(SecretId)?.versions;
      const holder = [...(versions ?? [])].find(([, { stages }]) => stages.has(VersionStage));
      if (holder && holder[0] !== RemoveFromVersionId) return refuse('InvalidParameterException');
      holder?.[1].stages.delete(VersionStage);
      versions?.get(MoveToVersionId)?.stages.add(VersionStage);
      return { body: {} };
    },
    'TrentService.GenerateDataKey': ({ KeyId, KeySpec, EncryptionContext }) => {
      if (KeyId !== 'arn:data-key' || KeySpec !== 'AES_256') return refuse('NotFoundException');
      const blob = randomBytes(64).toString('base64');
      wrappedKeys.set(blob, { plain: randomBytes(32), context: JSON.stringify(EncryptionContext) });
      return { body: { CiphertextBlob: blob, Plaintext: wrappedKeys.get(blob)?.plain.toString('base64') } };
    },
    'TrentService.Decrypt': ({ CiphertextBlob, EncryptionContext }) => {
      const wrapped = wrappedKeys.get(CiphertextBlob);
      if (!wrapped || wrapped.context !== JSON.stringify(EncryptionContext))
        return refuse('InvalidCiphertextException');
      return { body: { Plaintext: wrapped.plain.toString('base64') } };
    },
  };

  const calls: string[] = [];
  const control = { intercept: (_count: number): Played | undefined => undefined };
  const server = await playServer(({ headers, body }: Received) => {
    const target = String(headers['x-amz-target']);
    calls.push(target.split('.')[1] ?? '');
    return (
      faults.shift() ??
      control.intercept(calls.length) ??
      actions[target]?.(JSON.parse(body)) ??
      refuse('UnknownOperationException')
    );
  });

  return {
    ...server,
    calls,
    /** Answers that are given instead of the next ones, in order. */
    faults,
    /** Called before each answer with the number of the call; its result, if there is one, is the answer. */
    control,
    environment: {
      AWS_REGION: 'cn-north-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'aws-secret',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: server.origin,
      AWS_ENDPOINT_URL_KMS: server.origin,
      DATA_KEY: 'arn:data-key',
    },
    create(secretId: string, text: string): void {
      secrets.set(secretId, {
        versions: new Map([[randomUUID(), { text, stages: new Set(['AWSCURRENT']) }]]),
      });
    },
    /** The step that RotateSecret makes before it calls the function. */
    beginRotation(secretId: string): string {
      const token = randomUUID();
      const versions = secrets.get(secretId)?.versions;
      for (const { stages } of versions?.values() ?? []) stages.delete('AWSPENDING');
      versions?.set(token, { stages: new Set(['AWSPENDING']) });
      return token;
    },
    current(secretId: string): string {
      const versions = [...(secrets.get(secretId)?.versions.values() ?? [])];
      return versions.find(({ stages }) => stages.has('AWSCURRENT'))?.text ?? '';
    },
  };
}
