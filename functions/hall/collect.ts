import { created } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { collect } from '#steps/collection.ts';
import type { hall } from './contract.ts';
import { atCounter } from './counter.ts';

export const collectPerson: StepOf<typeof hall, 'collect'> = async (ctx, call) => {
  const origin = atCounter(ctx, call, 'collect');
  await collect(ctx, { ...call.body, officer: origin.detail.officer }, undefined, origin);
  return created({ realNameLevel: 5 });
};
