import { Link, useLocation } from 'react-router';
import { PageTitle } from '../../components/PageTitle.tsx';
import { texts } from '../../i18n/index.ts';

const useT = texts('sso-error', {
  zh: {
    title: '无法按该系统的请求继续',
    client: '该系统没有在电子税务局登记，或登记信息有误。',
    redirect_uri: '该系统的返回地址没有在电子税务局登记。为保护您的信息，不能继续。',
    request: '该系统的请求无法识别。',
    request_uri: '该系统的请求已失效，或已经使用过。',
    logout_hint: '该系统提供的登录凭据无法识别，无法据此退出。您可以在电子税务局中直接退出。',
    logout_uri: '该系统在退出后要返回的地址没有在电子税务局登记。为保护您的信息，不能继续；您仍在登录状态。',
    busy: '您所在网络的访问过于频繁，请等待几分钟后重试。',
    unavailable: '系统繁忙，请稍后重试。',
    advice: '请回到该系统重新进入。如问题仍然存在，请告知该系统的运维人员，或拨打 12366 咨询。',
    home: '前往电子税务局',
  },
  en: {
    title: 'The request of this system stops here',
    client: 'The system is not registered with the e-tax bureau, or its registration is wrong.',
    redirect_uri:
      'The address that the system wants you back at is not registered. To protect you, this stops here.',
    request: 'The request of the system cannot be read.',
    request_uri: 'The request of the system is over, or was used already.',
    logout_hint:
      'What the system says of your login cannot be read, so nobody was logged out. You can log out in the e-tax bureau itself.',
    logout_uri:
      'The address that the system wants you at after logging out is not registered. To protect you, this stops here; you are still logged in.',
    busy: 'Too many requests come from your network. Please wait a few minutes and try again.',
    unavailable: 'The system is busy. Please try again later.',
    advice:
      'Please go back to the system and enter again. If it does not help, tell its operators, or call 12366.',
    home: 'To the e-tax bureau',
  },
});
const reasons = [
  'client',
  'redirect_uri',
  'request',
  'request_uri',
  'logout_hint',
  'logout_uri',
  'busy',
  'unavailable',
] as const;

/** SSO-2, SSO-13: what a system sent cannot be answered there. Nothing of what was sent is repeated. */
export function Page() {
  const t = useT();
  const requested = new URLSearchParams(useLocation().search).get('reason');
  const reason = reasons.find((one) => one === requested) ?? 'request';
  return (
    <section className="card narrow">
      <PageTitle>{t('title')}</PageTitle>
      <div className="notice problem" role="alert">
        <p>
          <strong>{t(reason)}</strong>
        </p>
        <p>{t('advice')}</p>
      </div>
      <p>
        <Link to="/login">{t('home')}</Link>
      </p>
    </section>
  );
}
