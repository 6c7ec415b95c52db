import { newChallenge } from '#crypto/challenges.ts';
import { serve } from '#http/serve.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { challenge } from './contract.ts';

/** LGN-12: self-hosted proof of work, no third-party tracker. */
const issueChallenge: StepOf<typeof challenge, 'newChallenge'> = async (ctx, call) => {
  const { parameters, signature } = await newChallenge(ctx.handles, ctx.settings.policies, call.now);
  return ok({ parameters: { ...parameters }, ...(signature === undefined ? {} : { signature }) });
};

export const handler = serve(challenge, { newChallenge: issueChallenge });
