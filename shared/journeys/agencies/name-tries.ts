import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { transactInBatches } from '#store/agencies/form-entries.ts';
import { freeTriesChecks, requireNameOrCountMiss, withDueChallenge } from '../factors/tries.ts';
import { hasOtherName, type NamedPerson } from '../people/named-person.ts';
import { type NameTries, type NameTry, namingAgent } from './agents.ts';

/**
 * REG-9 for the names of one call: nobody may use a form to try out names, whatever else is wrong with the form.
 * @param solved whether the call has solved a challenge
 */
export function nameTriesOf(ctx: FlowContext, call: AnyCall, solved: boolean): NameTries {
  const within = ({ key: personKey }: NamedPerson) => freeTriesChecks(ctx, call, { personKey, solved });
  const allWithin = (names: readonly NameTry[]): Promise<void> => {
    const checks = names.flatMap(({ named, recorded }) => (recorded ? within(named) : []));
    return withDueChallenge(ctx, call, () =>
      transactInBatches(
        ctx.db,
        checks.map((check) => [check]),
      ),
    );
  };
  return {
    within,
    allWithin,
    async require(names) {
      const wrong = names.find(({ named, recorded }) => hasOtherName(ctx, named, recorded));
      if (!wrong) return;
      await allWithin(names);
      const { at, named, recorded } = wrong;
      const tried = { personKey: named.key, solved };
      await namingAgent(at, requireNameOrCountMiss(ctx, call, named, recorded, tried));
    },
  };
}
