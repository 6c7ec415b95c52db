import { useNavigate } from 'react-router';
import type { Identity, SessionAnswer } from '#contract/schemas.ts';
import { answer, api } from '../../../api/client.ts';
import { announce } from '../../../components/live-region.tsx';
import { texts } from '../../../i18n/index.ts';
import { useIdentityName } from '../../../session/identity-name.ts';
import { adoptSession } from '../../../session/session.ts';
import { ActionButton } from './ActionButton.tsx';
import { Actions, Item } from './items.tsx';
import { usePermissionNames } from './relations.ts';
import { useParts } from './texts.ts';

const useT = texts('me-switching', {
  zh: { switched: '已切换为 {{identity}}' },
  en: { switched: 'You are now {{identity}}' },
});

/**
 * Takes over the session that a switch returned: other tabs stop, this one starts at the first page of the new
 * identity.
 */
export function useFollowSwitch(): (session: SessionAnswer) => Promise<void> {
  const t = useT();
  const identityName = useIdentityName();
  const navigate = useNavigate();
  return async (session) => {
    await navigate('/me');
    adoptSession(session);
    announce(t('switched', { identity: identityName(session.identity) }));
  };
}

/** Switches to one of the person's own identities (SWI-1, SWI-2). */
export function useSwitchIdentity(): (choiceId: string) => Promise<void> {
  const followSwitch = useFollowSwitch();
  return async (choiceId) => {
    const { session } = await answer(api.POST('/v1/session/identity', { body: { choiceId } }));
    await followSwitch(session);
  };
}

interface Props {
  readonly choice: {
    readonly choiceId: string;
    readonly identity: Identity;
    readonly current?: true | undefined;
  };
}
/** SWI-1, SWI-2: one identity that this session can take, with a mark at the current one (SWI-5). */
export function IdentityItem({ choice: { choiceId, identity, current } }: Props) {
  const parts = useParts();
  const identityName = useIdentityName();
  const permissionNames = usePermissionNames();
  const switchIdentity = useSwitchIdentity();
  return (
    <Item
      title={identityName(identity)}
      tag={current ? parts('current') : undefined}
      tone="good"
      facts={
        identity.kind === 'enterprise'
          ? [
              [parts('fact.taxpayerId'), identity.taxpayerId],
              [parts('fact.permissions'), permissionNames(identity.permissions)],
            ]
          : []
      }
    >
      {current ? null : (
        <Actions>
          <ActionButton label={parts('switchTo')} act={() => switchIdentity(choiceId)} />
        </Actions>
      )}
    </Item>
  );
}
