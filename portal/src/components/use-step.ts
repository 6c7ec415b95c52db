import { useLocation, useNavigate } from 'react-router';

/**
 * The step of a journey, kept in the browser's history: going back goes one step back. Only the step's name is stored.
 * A step that is not valid any more (`known` returns false) becomes the first one.
 */
export function useStep<S extends string>(
  first: S,
  isValid: (step: S) => boolean,
): { step: S; goTo: (step: S, how?: { replace?: boolean }) => void; goBack: () => void } {
  const navigate = useNavigate();
  const { pathname, search, state } = useLocation();
  const storedStep = (state as { step?: S } | null)?.step;
  const step = storedStep !== undefined && storedStep !== first && isValid(storedStep) ? storedStep : first;
  return {
    step,
    goTo: (next, { replace = false } = {}) => {
      const { step: _, ...others } = (state ?? {}) as Record<string, unknown>;
      void navigate(
        { pathname, search },
        { state: next === first ? others : { ...others, step: next }, replace },
      );
    },
    goBack: () => void navigate(-1),
  };
}
