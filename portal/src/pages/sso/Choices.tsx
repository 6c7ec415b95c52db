import { Button } from 'antd';
import { useIdentityName } from '../../session/identities.ts';
import { Actions, Item } from '../me/parts/items.tsx';
import { PagedList } from '../me/parts/paged.tsx';
import { type AskedFacts, useAcceptedIdentities } from './queries.ts';
import { useSsoTexts } from './texts.ts';

interface Props {
  readonly asked: AskedFacts;
  readonly busy: boolean;
  readonly onChoose: (choiceId?: string) => void;
}

/** SSO-4: the choice of the identity with which to enter; the current identity needs no switch. */
export function Choices({ asked, busy, onChoose }: Props) {
  const t = useSsoTexts();
  const identityName = useIdentityName();
  const list = useAcceptedIdentities(asked);
  return (
    <PagedList list={list} label={t('choices')} empty={t('noChoice')}>
      {({ choiceId, identity, current }) => {
        const name = identityName(identity);
        return (
          <Item key={choiceId} title={name}>
            <Actions>
              <Button
                type="primary"
                disabled={busy}
                aria-label={`${t('enterAs')} ${name}`}
                onClick={() => onChoose(current && asked.accepted ? undefined : choiceId)}
              >
                {t('enterAs')}
              </Button>
            </Actions>
          </Item>
        );
      }}
    </PagedList>
  );
}
