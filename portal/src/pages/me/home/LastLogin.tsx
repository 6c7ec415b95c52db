import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { answer, api } from '../../../api/client.ts';
import { formatTime } from '../../../api/clock.ts';
import { useBrowserName } from '../../../i18n/browsers.ts';
import { useHomeTexts } from './texts.ts';

/**
 * The login before this one: time, browser, and city or, if the city is unknown, network. A person who did not log in
 * then notices a stranger's login (SES-4).
 */
export function LastLogin() {
  const t = useHomeTexts();
  const browserName = useBrowserName();
  const { data } = useQuery({
    queryKey: ['activity', 'logins'],
    queryFn: async () =>
      (await answer(api.GET('/v1/account/activity'))).events.filter(
        ({ kind, outcome }) => kind === 'login' && outcome === 'success',
      ),
  });
  const before = data?.[1];
  if (!data) return <p className="small last-login">&nbsp;</p>;
  if (!before) return data.length === 1 ? <p className="small last-login">{t('firstLogin')}</p> : null;
  const { at, address, detail } = before;
  return (
    <p className="small last-login">
      {t('lastLogin', {
        at: formatTime(at),
        browser: browserName(String(detail.browser ?? '—')),
        place: detail.locality === undefined ? t('network', { address }) : String(detail.locality),
      })}{' '}
      <Link to="/me/activity">{t('notMe')}</Link>
    </p>
  );
}
