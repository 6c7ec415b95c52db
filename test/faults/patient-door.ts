import type { LegacyDoor } from '../flows/support/legacy.ts';
import type { Client } from '../support/client.ts';
import { expectDecent } from './journeys.ts';

/** How often one call is sent, and a journey begun. */
const tries = 4;

/**
 * A door whose client does what people and partners do: sends again what was answered 503, waits where there were too
 * many tries, and signs anew. Fails on any other answer of ours that is no refusal.
 */
export interface PatientDoor extends LegacyDoor {
  /** Whether a call was answered 503: what it did is then unknown. */
  wasAway(): boolean;
}

export function patient(door: LegacyDoor): PatientDoor {
  let away = false;
  const signers = new Map<string, () => Promise<string>>();
  const http: Client = async (method, path, body, request = {}) => {
    let asked = request;
    for (let time = 1; ; time++) {
      const reply = await door.http(method, path, body, asked);
      expectDecent(reply, `${method} ${path.replace(/[\w-]{22,}/, '…')}`);
      if (reply.status === 503) away = true;
      const isSpent = reply.body?.code === 'ASSERTION_INVALID';
      if (!away || time === tries || !(isSpent || reply.status === 503 || reply.status === 429)) return reply;
      if (reply.status === 429) door.clock.advance(Number(reply.headers.get('retry-after') ?? 60) + 1);
      const sign = signers.get(request.assertion ?? '');
      if (sign) asked = { ...request, assertion: await sign() };
      else if (isSpent) return reply;
    }
  };
  return {
    ...door,
    http,
    wasAway: () => away,
    async assertion(channel, input) {
      const sign = () => door.assertion(channel, input);
      const assertion = await sign();
      signers.set(assertion, sign);
      return assertion;
    },
  };
}

/** A journey of some kind, with everything that it starts from. */
export interface Journey {
  /**
   * The calls, from the beginning. Throws at an answer that stops it.
   * @param again a time before was stopped: sessions may have ended, and things been done
   */
  run(again: boolean): Promise<void>;
  /** Whether what the journey is for has come to be, once and whole. */
  done(): Promise<boolean>;
}
export interface Kind {
  /** With the rules that it shows. */
  readonly name: string;
  /** The routes that are its own; those of the logins and scans before it have journeys of their own. */
  readonly routes: RegExp;
  ready(door: PatientDoor): Promise<Journey>;
}

/** Goes through a journey as often as it takes while something fails; what is done is not done again. */
export async function complete(door: PatientDoor, journey: Journey): Promise<void> {
  let stopped: unknown;
  for (let time = 1; time <= tries; time++) {
    try {
      await journey.run(time > 1);
      stopped = undefined;
    } catch (error) {
      stopped = error;
    }
    if (!stopped || (await journey.done().catch(() => false))) break;
    // Nothing failed: then the journey itself is wrong.
    if (!door.wasAway()) break;
  }
  if (!(await journey.done())) throw stopped ?? new Error('it is not done, and nothing said so');
}
