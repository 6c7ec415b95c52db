import { collect } from '#journeys/people/collection.ts';
import { created } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { atCounter, namedAtCounter } from './at-counter.ts';
import type { hall } from './contract.ts';

export const collectPerson: StepOf<typeof hall, 'collect'> = async (ctx, call) => {
  const origin = atCounter(ctx, call, 'collect');
  const collected = { ...call.body, officer: origin.detail.officer };
  await namedAtCounter(ctx, call, origin, call.body.person, () => collect(ctx, collected, undefined, origin));
  return created({ realNameLevel: 5 });
};
