import { useState } from 'react';
import { answer, api } from '../../../api/client.ts';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { ScanCode } from '../../../components/scan/ScanCode.tsx';
import { useAction } from '../../../components/use-action.ts';
import { useCommon } from '../../../i18n/index.ts';

interface Props {
  /** The one call that the check proves (SES-5); `level`: none, it only raises the level (LVL-2). */
  readonly for: 'password' | 'phone' | 'level';
  readonly onPassed: (faceTicket: string) => Promise<void>;
}

/** A face check of the account centre: after it passed, its call is made at once. */
export function FaceCheck({ for: purpose, onPassed }: Props) {
  const t = useCommon();
  const { run, problem } = useAction();
  const [passedTicket, setPassedTicket] = useState<string>();
  const submitTicket = (faceTicket: string) => run(() => onPassed(faceTicket));
  return (
    <>
      <p>{t('factor.faceHint')}</p>
      <p className="small">{t('factor.iitHint')}</p>
      {purpose === 'level' ? null : <p className="small">{t('factor.miniHint')}</p>}
      {/* If the network fails after a passed check, the check is used again and the person need not scan again. */}
      <ProblemAlert
        problem={problem}
        onRetry={passedTicket ? () => void submitTicket(passedTicket) : undefined}
      />
      <ScanCode
        start={() => answer(api.POST('/v1/account/face', { body: { for: purpose } }))}
        onDone={({ ticket }) => {
          setPassedTicket(ticket);
          void submitTicket(ticket);
        }}
      />
    </>
  );
}
