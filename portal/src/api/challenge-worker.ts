import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/web/pbkdf2';

/** Proof of work beside the page, so that it stays alive (LGN-12). */
addEventListener(
  'message',
  async ({ data }: MessageEvent<Parameters<typeof solveChallenge>[0]['challenge']>) => {
    const solution = await solveChallenge({ challenge: data, deriveKey }).catch(() => null);
    postMessage(solution);
  },
);
