import { useState } from 'react';
import { answer, api } from '../../../api/client.ts';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { ScanCode } from '../../../components/scan/ScanCode.tsx';
import { useAction } from '../../../components/use-action.ts';
import { useCommon } from '../../../i18n/index.ts';

/** A face check of the account centre (LVL-2): passed, it is the proof for one call, which is made at once. */
export function FaceCheck({ use }: { readonly use: (faceTicket: string) => Promise<void> }) {
  const t = useCommon();
  const { run, problem } = useAction();
  const [passed, setPassed] = useState<string>();
  const go = (faceTicket: string) => run(() => use(faceTicket));
  return (
    <>
      <p>{t('factor.faceHint')}</p>
      <p className="small">{t('factor.iitHint')}</p>
      {/* A passed check whose use met a bad network is used again, not scanned again. */}
      <ProblemAlert problem={problem} onRetry={passed ? () => void go(passed) : undefined} />
      <ScanCode
        start={() => answer(api.POST('/v1/account/face'))}
        onDone={({ ticket }) => {
          setPassed(ticket);
          void go(ticket);
        }}
      />
    </>
  );
}
