/**
 * The canary's function: the smoke journey every five minutes, as a metric. Reads nothing of the stage but its own
 * secret.
 */
import { connect } from 'node:tls';
import { callAws } from '#gateways/aws.ts';
import { codeAt, SmokeFailure, smoke, type Visitor } from '../smoke/journey.ts';

interface CanarySecret {
  account?: string;
  password?: string;
  /** A page that shows the newest code of the canary's number. */
  codeUrl?: string;
}

/** Codes are counted by number and day (SMS-1): one whole login an hour, passwords in between. */
const wholeLoginMinutes = 5;

export async function visitorOf(secret: CanarySecret, now: Date): Promise<Visitor | undefined> {
  const { account, password, codeUrl } = secret;
  if (!account || !password) return undefined;
  const whole = codeUrl !== undefined && now.getUTCMinutes() < wholeLoginMinutes;
  return { account, password, code: whole ? codeAt(codeUrl) : undefined };
}

/**
 * Days until the certificate that the server shows ends, negative after its end; undefined if no certificate can be
 * read.
 */
export function certificateDays(url: URL, now: number): Promise<number | undefined> {
  if (url.protocol !== 'https:') return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const socket = connect(
      {
        host: url.hostname,
        port: Number(url.port || 443),
        servername: url.hostname,
        // The certificate is only read, and nothing is sent: an expired one is exactly what must be reported.
        rejectUnauthorized: false,
      },
      () => {
        const days = (Date.parse(socket.getPeerCertificate().valid_to) - now) / 86_400_000;
        socket.destroy();
        resolve(Number.isFinite(days) ? Math.floor(days) : undefined);
      },
    );
    socket.setTimeout(5_000, () => socket.destroy());
    socket.once('error', () => resolve(undefined));
    socket.once('close', () => resolve(undefined));
  });
}

export async function handler(): Promise<{ passed: boolean }> {
  const url = process.env.DOOR_URL ?? '';
  const now = new Date();
  const startedAt = performance.now();
  let failure: SmokeFailure | undefined;
  let steps = 0;
  try {
    steps = (await smoke(url, await visitorOf(await secretOf(), now))).length;
  } catch (error) {
    failure = error instanceof SmokeFailure ? error : new SmokeFailure('canary', String(error));
  }
  const days = await certificateDays(new URL(url), now.getTime());
  const metrics = ['CanaryPassed', 'CanaryMilliseconds', ...(days === undefined ? [] : ['CertificateDays'])];
  process.stdout.write(
    `${JSON.stringify({
      level: failure ? 'ERROR' : 'INFO',
      event: 'canary',
      _aws: {
        Timestamp: now.getTime(),
        CloudWatchMetrics: [
          { Namespace: 'AhtaxDoor', Dimensions: [[]], Metrics: metrics.map((Name) => ({ Name })) },
        ],
      },
      steps,
      ...(failure ? { failedAt: failure.step, cause: failure.message.slice(0, 200) } : {}),
      CanaryPassed: failure ? 0 : 1,
      CanaryMilliseconds: Math.round(performance.now() - startedAt),
      ...(days === undefined ? {} : { CertificateDays: days }),
    })}\n`,
  );
  return { passed: failure === undefined };
}

async function secretOf(): Promise<CanarySecret> {
  const SecretId = process.env.SECRET_CANARY;
  if (!SecretId) return {};
  const { SecretString } = await callAws('secretsmanager', 'GetSecretValue', { SecretId });
  return JSON.parse(String(SecretString)) as CanarySecret;
}
