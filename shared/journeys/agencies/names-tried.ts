import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { transactInBatches } from '#store/agencies/form-entries.ts';
import { asChallenge, requireNameOrCountMiss, withinTries } from '../factors/tries.ts';
import { hasOtherName, type NamedPerson } from '../people/named-person.ts';
import { type NamesTried, type NameTried, naming } from './agents.ts';

/**
 * REG-9 for the names of one call: nobody may use a form to try out names, whatever else is wrong with the form.
 * @param solved whether the call has solved a challenge
 */
export function namesTried(ctx: FlowContext, call: AnyCall, solved: boolean): NamesTried {
  const within = ({ key: personKey }: NamedPerson) => withinTries(ctx, call, { personKey, solved });
  const allWithin = (names: readonly NameTried[]): Promise<void> => {
    const checks = names.flatMap(({ named, recorded }) => (recorded ? within(named) : []));
    return asChallenge(ctx, call, () =>
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
      await naming(at, requireNameOrCountMiss(ctx, call, named, recorded, tried));
    },
  };
}
