import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/web/pbkdf2';

/** Computes the proof of work in a worker, so that the page stays responsive (LGN-12). */
addEventListener(
  'message',
  async ({ data }: MessageEvent<Parameters<typeof solveChallenge>[0]['challenge']>) => {
    const solution = await solveChallenge({ challenge: data, deriveKey }).catch(() => null);
    postMessage(solution);
  },
);
