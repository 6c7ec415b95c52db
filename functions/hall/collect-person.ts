import { collect } from '#journeys/people/collection.ts';
import { created } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { atCounter } from './at-counter.ts';
import type { hall } from './contract.ts';

export const collectPerson: StepOf<typeof hall, 'collect'> = async (ctx, call) => {
  const origin = atCounter(ctx, call, 'collect');
  await collect(ctx, { ...call.body, officer: origin.detail.officer }, undefined, origin);
  return created({ realNameLevel: 5 });
};
