import type { Identity } from '#contract/schemas.ts';
import { useCommon } from '../i18n/index.ts';

/** An identity in words: `自然人`, `安徽某某公司 · 办税员`, `某某事务所 · 代理 某某公司`. */
export function useIdentityName(): (identity: Identity) => string {
  const t = useCommon();
  return (identity) => {
    switch (identity.kind) {
      case 'natural':
        return t('session.natural');
      case 'enterprise':
        return `${identity.taxpayerName} · ${t(`role.${identity.role}`)}`;
      case 'agency':
        return `${identity.agencyName} · ${
          identity.client
            ? t('session.forClient', { client: identity.client.taxpayerName })
            : t('session.agencyOwn')
        }`;
      case 'special':
        return `${identity.taxpayerName} · ${t(`entry.${identity.subject}`)} · ${t(`role.${identity.role}`)}`;
    }
  };
}
