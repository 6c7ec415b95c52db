import type { ReactNode } from 'react';
import { type Problem, sentenceOf } from '../api/problem.ts';
import { useCommon } from '../i18n/index.ts';
import { helpFor } from './help-anchors.ts';

/** To the answer of /help that explains a refusal; in another tab, so that what was typed stays. */
export function HelpLink({ code }: { readonly code: string }) {
  const t = useCommon();
  const anchor = helpFor(code);
  return anchor === undefined ? null : (
    <a href={`/help#${anchor}`} target="_blank" rel="noreferrer">
      {t('problem.help')}
    </a>
  );
}

/** A refusal as it stands beside its field. */
export const fieldErrorWithHelp = (problem: Problem): ReactNode => (
  <>
    {sentenceOf(problem)} <HelpLink code={problem.code} />
  </>
);
