import type { LegacyRuntime } from '../flows/support/legacy.ts';
import type { Client } from '../support/client.ts';
import { expectDecent } from './journeys.ts';

/** How often one call is sent, and how often a journey is begun. */
const tries = 4;

/**
 * A runtime whose client behaves as people and partners do: it repeats a call after 503, waits after too many tries,
 * and signs new assertions. The client throws at any other answer that is not a refusal.
 */
export interface PatientRuntime extends LegacyRuntime {
  /** Whether a call was answered 503; then nobody knows what the call did. */
  wasAway(): boolean;
}

export function patient(runtime: LegacyRuntime): PatientRuntime {
  let away = false;
  const signers = new Map<string, () => Promise<string>>();
  const http: Client = async (method, path, body, request = {}) => {
    let asked = request;
    for (let time = 1; ; time++) {
      const reply = await runtime.http(method, path, body, asked);
      expectDecent(reply, `${method} ${path.replace(/[\w-]{22,}/, '…')}`);
      if (reply.status === 503) away = true;
      const isSpent = reply.body?.code === 'ASSERTION_INVALID';
      if (!away || time === tries || !(isSpent || reply.status === 503 || reply.status === 429)) return reply;
      if (reply.status === 429) runtime.clock.advance(Number(reply.headers.get('retry-after') ?? 60) + 1);
      const sign = signers.get(request.assertion ?? '');
      if (sign) asked = { ...request, assertion: await sign() };
      else if (isSpent) return reply;
    }
  };
  return {
    ...runtime,
    http,
    wasAway: () => away,
    async assertion(channel, input) {
      const sign = () => runtime.assertion(channel, input);
      const assertion = await sign();
      signers.set(assertion, sign);
      return assertion;
    },
  };
}

/** A journey of one kind, with everything that it needs at its start. */
export interface Journey {
  /**
   * Makes the calls from the beginning. Throws at an answer that stops the journey.
   * @param again an earlier run was stopped, so sessions may have ended and steps may be done already
   */
  run(again: boolean): Promise<void>;
  /** Whether the result of the journey exists, once and completely. */
  done(): Promise<boolean>;
}
export interface Kind {
  /** The name, with the rules that the journey shows. */
  readonly name: string;
  /** The routes of this journey. The logins and scans before it are journeys of their own. */
  readonly routes: RegExp;
  ready(runtime: PatientRuntime): Promise<Journey>;
}

/** Repeats a journey as long as something fails. A step that is done is not repeated. */
export async function complete(runtime: PatientRuntime, journey: Journey): Promise<void> {
  let stopped: unknown;
  for (let time = 1; time <= tries; time++) {
    try {
      await journey.run(time > 1);
      stopped = undefined;
    } catch (error) {
      stopped = error;
    }
    if (!stopped || (await journey.done().catch(() => false))) break;
    // No call failed, so the journey itself is wrong.
    if (!runtime.wasAway()) break;
  }
  if (!(await journey.done())) throw stopped ?? new Error('it is not done, and nothing said so');
}
