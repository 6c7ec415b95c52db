import { useState } from 'react';
import { NavLink, Outlet, useLocation } from 'react-router';
import { useIsElder } from '../../app/look.ts';
import { actingIdentityKey, useSession } from '../../session/store.ts';
import { commonOnly, type Entry, menuOf } from './entries.ts';
import { useMenuTexts } from './menu-texts.ts';
import './me.css';
import { AccountCentreParts } from './parts/context.tsx';
import { useIsAgency } from './parts/queries.ts';

/**
 * 我的信息 → 账户中心: the menu and the sub-pages. After a switch the new identity starts with no data of the previous
 * one.
 */
export function Page() {
  const session = useSession();
  return (
    <div className="centre" key={actingIdentityKey(session)}>
      <Menu />
      <div className="centre-page">
        <AccountCentreParts>
          <Outlet />
        </AccountCentreParts>
      </div>
    </div>
  );
}

function Menu() {
  const t = useMenuTexts();
  const { identity } = useSession();
  const isAgency = useIsAgency();
  const { pathname } = useLocation();
  const [openAt, setOpenAt] = useState<string>();
  // 长辈版 shows the entries that most people use; the other entries are one click away.
  const isElder = useIsElder();
  const [showsAll, showAll] = useState(false);
  const whole = menuOf(identity, isAgency);
  const groups = isElder && !showsAll ? commonOnly(whole) : whole;
  // The menu is open only on the page where it was opened, so a followed link closes it.
  const open = openAt === pathname;
  return (
    <nav className="centre-menu card" aria-label={t('menu')}>
      <button
        type="button"
        className="centre-toggle"
        aria-expanded={open}
        aria-controls="centre-entries"
        onClick={() => setOpenAt(open ? undefined : pathname)}
      >
        ☰ {t('menu')}
      </button>
      <div id="centre-entries" data-open={open}>
        <ul>
          <li>
            <NavLink to="/me" end>
              {t('home')}
            </NavLink>
          </li>
        </ul>
        {groups.map(({ name, entries }) => (
          <div key={name}>
            <p id={`menu-${name}`}>{t(`group.${name}`)}</p>
            <ul aria-labelledby={`menu-${name}`}>
              {entries.map((entry: Entry) => (
                <li key={entry}>
                  <NavLink to={`/me/${entry}`}>{t(entry)}</NavLink>
                </li>
              ))}
            </ul>
          </div>
        ))}
        {groups === whole ? null : (
          <button type="button" className="link" onClick={() => showAll(true)}>
            {t('all')}
          </button>
        )}
      </div>
    </nav>
  );
}
