import { type RotatedSecret, type RotationEvent, rotateSecret } from '#gateways/rotation.ts';

/** Called by Secrets Manager, four steps a rotation; the secret's ARN says which of the two it is. */
export async function handler(event: RotationEvent): Promise<void> {
  await rotateSecret(event, secretOf(event.SecretId), new Date());
}

/** A secret that is neither stops here: filling one with the other's kind of key would be found out too late. */
function secretOf(secretId: string): RotatedSecret {
  if (secretId === process.env.SECRET_SIGNING) return 'signing';
  if (secretId === process.env.SECRET_SEALING) return 'sealing';
  throw new Error('Asked to rotate a secret that is not ours');
}
