import { type Challenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import type { JsonObject } from '../local/http/json.ts';

/**
 * Solves the challenge of CHALLENGE_REQUIRED as a browser would (LGN-12): base64 of the challenge and its solution.
 * @param body of the refusal
 * @throws if it was not solved in time
 */
export async function solutionOf(body: JsonObject): Promise<string> {
  const challenge = body.challenge as Challenge;
  const solution = await solveChallenge({ challenge, deriveKey });
  if (!solution) throw new Error('The proof of work was not done in time');
  const { parameters, signature } = challenge;
  return Buffer.from(JSON.stringify({ challenge: { parameters, signature }, solution })).toString('base64');
}
