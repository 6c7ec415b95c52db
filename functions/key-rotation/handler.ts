import type { Context } from 'aws-lambda';
import { writeLine } from '#gateways/log.ts';
import { type RotatedSecret, type RotationEvent, rotateSecret } from '#gateways/rotation.ts';
import { withinBudget } from '#gateways/time-budget.ts';

/** Called by Secrets Manager, four steps a rotation; the secret's ARN says which of the two it is. */
export async function handler(event: RotationEvent, context: Context): Promise<void> {
  const secret = secretOf(event.SecretId);
  await withinBudget(context, async () => {
    await rotateSecret(event, secret, new Date());
    if (event.Step === 'finishSecret')
      writeLine({ level: 'INFO', word: 'secret-rotated', flow: 'key-rotation', secret });
  });
}

/** A secret that is neither stops here: filling one with the other's kind of key would be found out too late. */
function secretOf(secretId: string): RotatedSecret {
  if (secretId === process.env.SECRET_SIGNING) return 'signing';
  if (secretId === process.env.SECRET_SEALING) return 'sealing';
  throw new Error('Asked to rotate a secret that is not ours');
}
