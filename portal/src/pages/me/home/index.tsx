import './home.css';
import { useIsElder } from '../../../app/look.ts';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { Notice } from '../../../components/ProblemAlert.tsx';
import { useCommon } from '../../../i18n/index.ts';
import { usePunctuation } from '../../../i18n/punctuation.ts';
import { useIdentityName } from '../../../session/identity-name.ts';
import { useSession } from '../../../session/store.ts';
import { useMenuTexts } from '../menu-texts.ts';
import { SystemTiles } from '../systems/SystemTiles.tsx';
import { LastLogin } from './LastLogin.tsx';
import { RecentIdentities } from './RecentIdentities.tsx';
import { Shortcuts } from './Shortcuts.tsx';
import { Todo } from './Todo.tsx';
import { useHomeTexts } from './texts.ts';

/**
 * The first screen: the identity, what waits, and where to go. Each part is a section of its own; a section of tiles
 * (`<ul className="tiles">` of `<Tile>`) goes between Todo and Shortcuts.
 */
export function Page() {
  const menu = useMenuTexts();
  const t = useHomeTexts();
  const common = useCommon();
  const identityName = useIdentityName();
  const { termed } = usePunctuation();
  const { person, identity } = useSession();
  const isElder = useIsElder();
  return (
    <>
      <section className="card hello">
        <PageTitle>{menu('home')}</PageTitle>
        <p className="who-am-i">
          <strong>{t('hello', { name: person.name })}</strong>
          <span>{common('session.level', { level: person.realNameLevel })}</span>
          <span>{termed(common('session.identity'), identityName(identity))}</span>
        </p>
        <LastLogin />
      </section>
      <Todo />
      <SystemTiles title={t('systems')} />
      <Shortcuts />
      {isElder ? null : <RecentIdentities />}
      <Notice>{t('stay')}</Notice>
    </>
  );
}
