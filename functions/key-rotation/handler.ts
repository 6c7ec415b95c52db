import type { Context } from 'aws-lambda';
import { writeLine } from '#gateways/log.ts';
import { type RotatedSecret, type RotationEvent, rotateSecret } from '#gateways/rotation.ts';
import { withinTimeBudget } from '#gateways/time-budget.ts';

/** Secrets Manager calls this, four steps per rotation; the secret's ARN tells which of the two secrets it is. */
export async function handler(event: RotationEvent, context: Context): Promise<void> {
  const secret = secretOf(event.SecretId);
  await withinTimeBudget(context, async () => {
    await rotateSecret(event, secret, new Date());
    if (event.Step === 'finishSecret')
      writeLine({ level: 'INFO', event: 'secret-rotated', flow: 'key-rotation', secret });
  });
}

/** Refuses any other secret: filling a secret with keys of the wrong kind would be noticed too late. */
function secretOf(secretId: string): RotatedSecret {
  if (secretId === process.env.SECRET_SIGNING) return 'signing';
  if (secretId === process.env.SECRET_SEALING) return 'sealing';
  throw new Error('Asked to rotate a secret that is not ours');
}
