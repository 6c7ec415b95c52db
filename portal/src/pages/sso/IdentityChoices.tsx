import { Button } from 'antd';
import { useIdentityName } from '../../session/identity-name.ts';
import { Actions, Item } from '../me/parts/items.tsx';
import { PagedList } from '../me/parts/paged-list.tsx';
import { type ConsentRequest, useAcceptedIdentities } from './queries.ts';
import { useSsoTexts } from './texts.ts';

interface Props {
  readonly consent: ConsentRequest;
  readonly busy: boolean;
  readonly onChoose: (choiceId?: string) => void;
}

/** SSO-4: the choice of the identity with which to enter; the current identity needs no switch. */
export function IdentityChoices({ consent, busy, onChoose }: Props) {
  const t = useSsoTexts();
  const identityName = useIdentityName();
  const list = useAcceptedIdentities(consent);
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
                onClick={() => onChoose(current && consent.accepted ? undefined : choiceId)}
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
