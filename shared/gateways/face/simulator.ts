import { environment } from '../aws.ts';
import { call, OutboundError, parseObject } from '../outbound.ts';
import { type FaceGateway, type FaceOutcome, FaceRefused, FaceUnavailable } from './gateway.ts';

const outcomes: readonly FaceOutcome[] = ['pass', 'fail', 'mismatch'];

/** The simulated provider of the local runtime (/local/face decides its answers); a deployed stack has none. */
export function simulatedFace(): FaceGateway {
  return {
    async start({ name, documentNumber, ticket }) {
      const answer = await ask('/sessions', JSON.stringify({ name, documentNumber, ticket }));
      if (typeof answer.token !== 'string' || answer.token === '')
        throw new FaceUnavailable('simulator', 'no-token');
      return { provider: 'simulator', token: answer.token };
    },
    async result(token) {
      // The token came from outside: it must not choose another path.
      if (!/^[\w-]{1,128}$/.test(token)) throw new FaceRefused('simulator', 'unknown-token');
      const { state, outcome, transactionId } = await ask(`/sessions/${token}`);
      const decided = state === 'done' ? outcomes.find((known) => known === outcome) : 'pending';
      if (!decided) throw new FaceUnavailable('simulator', 'no-outcome');
      return { outcome: decided, transactionId: typeof transactionId === 'string' ? transactionId : token };
    },
  };
}

async function ask(path: string, body?: string): Promise<Readonly<Record<string, unknown>>> {
  const answer = await call(`${environment('AWS_ENDPOINT_URL_FACE_SIMULATOR')}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    timeoutMilliseconds: 3000,
    ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
  }).catch((error: unknown) => {
    throw error instanceof OutboundError ? new FaceUnavailable('simulator', error.failure) : error;
  });
  if (answer.status === 404) throw new FaceRefused('simulator', 'unknown-token');
  const parsed = answer.status >= 200 && answer.status < 300 ? parseObject(answer.text) : null;
  if (!parsed) throw new FaceUnavailable('simulator', `http-${answer.status}`);
  return parsed;
}
