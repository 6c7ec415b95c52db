import { recordCollection } from '#journeys/people/hall-collection.ts';
import { created } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { hall } from './contract.ts';
import { countingMissAtCounter, requireCounter } from './counter-checks.ts';

export const collectPerson: StepOf<typeof hall, 'collect'> = async (ctx, call) => {
  const origin = requireCounter(ctx, call, 'collect');
  const collected = { ...call.body, officer: origin.detail.officer };
  await countingMissAtCounter(ctx, call, origin, call.body.person, () =>
    recordCollection(ctx, collected, undefined, origin),
  );
  return created({ realNameLevel: 5 });
};
