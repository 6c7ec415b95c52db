import { Button } from 'antd';
import { useState } from 'react';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useAction } from '../../components/use-action.ts';
import { useCommon } from '../../i18n/index.ts';
import { type Relation, readRelations } from './channel-calls.ts';
import type { Partner } from './local-api.ts';
import { useDeskTexts } from './texts.ts';

/** What the app shows of the person's companies; it changes nothing (REL-9). */
export function Relations({ phone }: { phone: Partner }) {
  const t = useDeskTexts();
  const common = useCommon();
  const [relations, setRelations] = useState<readonly Relation[]>();
  const { run, busy, problem } = useAction();
  const readAndShow = () =>
    run(async () => {
      setRelations(undefined);
      setRelations(await readRelations(phone));
    });
  return (
    <div>
      <Button block loading={busy} onClick={() => void readAndShow()}>
        {t('phone.viewRelations')}
      </Button>
      <ProblemAlert problem={problem} />
      {relations ? (
        <ul className="desk-list" aria-label={t('phone.relations')}>
          {relations.length === 0 ? <li>{t('phone.noRelations')}</li> : null}
          {relations.map(({ taxpayerId, taxpayerName, role, state, validUntil }) => (
            <li key={`${taxpayerId} ${role}`}>
              {taxpayerName}
              <br />
              <small>
                {common(`role.${role}`)} · {t(`state.${state}`)}
                {validUntil ? ` · ${t('phone.until', { day: validUntil })}` : ''}
              </small>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
