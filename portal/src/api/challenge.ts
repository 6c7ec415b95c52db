import { useSyncExternalStore } from 'react';
import { translate } from '../i18n/index.ts';
import { ApiProblem, problemOf } from './problem.ts';

let runningCount = 0;
const listeners = new Set<() => void>();
const changeRunningCount = (change: number): void => {
  runningCount += change;
  for (const listener of listeners) listener();
};
/** Whether a security check is running; <ChallengeNotice /> shows it. */
export const useChallengeRunning = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => runningCount > 0,
    () => false,
  );

const timeoutMs = 60_000;

interface Challenge {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly signature?: unknown;
}
const isChallenge = (value: unknown): value is Challenge =>
  typeof value === 'object' && value !== null && 'parameters' in value;

/** The payload that the API expects: base64 of the challenge and its solution. */
async function solve(challenge: Challenge): Promise<string> {
  const worker = new Worker(new URL('./challenge-worker.ts', import.meta.url), { type: 'module' });
  changeRunningCount(1);
  try {
    const solution = await new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('late')), timeoutMs);
      worker.onmessage = ({ data }) => {
        clearTimeout(timer);
        resolve(data);
      };
      worker.onerror = reject;
      worker.postMessage(challenge);
    });
    if (!solution) throw new Error('no solution');
    const { parameters, signature } = challenge;
    return btoa(JSON.stringify({ challenge: { parameters, signature }, solution }));
  } catch (error) {
    throw new ApiProblem(
      { code: 'CHALLENGE_REQUIRED', status: 403, title: translate('challenge.failed') },
      { cause: error },
    );
  } finally {
    worker.terminate();
    changeRunningCount(-1);
  }
}

/**
 * The address, the number and the stage may each ask for a proof, the stage for an expensive one; there are no further
 * reasons.
 */
const maxChallenges = 3;

/**
 * Sends a call. If the API asks for a proof of work first (CHALLENGE_REQUIRED, nothing was done), solves it and sends
 * again: `withChallenge((challenge) => answer(api.POST('/v1/logins', { body: { …values, ...challenge } })))`.
 */
export async function withChallenge<T>(send: (challenge: { challenge?: string }) => Promise<T>): Promise<T> {
  let solution: { challenge?: string } = {};
  for (let solvedCount = 0; ; solvedCount++) {
    try {
      return await send(solution);
    } catch (error) {
      const problem = problemOf(error);
      if (
        solvedCount === maxChallenges ||
        problem.code !== 'CHALLENGE_REQUIRED' ||
        !isChallenge(problem.challenge)
      )
        throw error;
      solution = { challenge: await solve(problem.challenge) };
    }
  }
}
