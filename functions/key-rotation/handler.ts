import { type RotationEvent, rotateSecret } from '#gateways/rotation.ts';

/** Called by Secrets Manager, four steps a rotation; the secret's ARN says which of the two it is. */
export async function handler(event: RotationEvent): Promise<void> {
  await rotateSecret(
    event,
    event.SecretId === process.env.SECRET_SEALING ? 'sealing' : 'signing',
    new Date(),
  );
}
