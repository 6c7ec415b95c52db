import { newChallenge } from '#crypto/challenges.ts';
import { ok } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { serve } from '#http/serve.ts';
import { challenge } from './contract.ts';

/** LGN-12: self-hosted proof of work, no third-party tracker. */
const handOut: StepOf<typeof challenge, 'newChallenge'> = async (h, call) => {
  const { parameters, signature } = await newChallenge(h.keys, h.settings.policies, call.now);
  return ok({ parameters: { ...parameters }, ...(signature === undefined ? {} : { signature }) });
};

export const handler = serve(challenge, { newChallenge: handOut });
