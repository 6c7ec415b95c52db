import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Radio } from 'antd';
import { useId } from 'react';
import { announce } from '../../components/live-region.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useAction } from '../../components/use-action.ts';
import {
  chooseFaceOutcome,
  faceOutcomes,
  type FaceOutcome as Outcome,
  readFaceOutcome,
} from './local-api.ts';
import { useDeskTexts } from './texts.ts';

const faceKey = ['face'];

/** Sets the answer of the simulated face provider. */
export function FaceOutcome() {
  const t = useDeskTexts();
  const id = useId();
  const queries = useQueryClient();
  const { data } = useQuery({ queryKey: faceKey, queryFn: readFaceOutcome });
  const { run, busy, problem } = useAction();
  const choose = (outcome: Outcome) =>
    void run(async () => {
      queries.setQueryData(faceKey, await chooseFaceOutcome(outcome));
      announce(t('face.chosen', { outcome: t(`face.${outcome}`) }));
    });
  return (
    <section className="card" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t('face.title')}</h2>
      <p className="small">{t('face.hint')}</p>
      <Radio.Group
        aria-labelledby={`${id}-title`}
        name={`${id}-outcome`}
        disabled={busy}
        value={data?.outcome}
        options={faceOutcomes.map((value) => ({ value, label: t(`face.${value}`) }))}
        onChange={({ target }) => choose(target.value as Outcome)}
      />
      <ProblemAlert problem={problem} />
    </section>
  );
}
