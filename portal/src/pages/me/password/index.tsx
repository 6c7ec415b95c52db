import { useState } from 'react';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { Tabs } from '../../../components/Tabs.tsx';
import { useMenuTexts } from '../menu-texts.ts';
import { ChangeByFace } from './ChangeByFace.tsx';
import { ChangeByOldPassword } from './ChangeByOldPassword.tsx';
import { usePasswordTexts } from './texts.ts';

const ways = ['old', 'face'] as const;

/** 个人密码修改 (PWD-1) */
export function Page() {
  const menu = useMenuTexts();
  const t = usePasswordTexts();
  const [way, setWay] = useState<(typeof ways)[number]>('old');
  return (
    <section className="card">
      <PageTitle>{menu('password')}</PageTitle>
      <p>{t('hint')}</p>
      <Tabs
        label={t('choose')}
        tabs={ways.map((key) => ({ key, title: t(key) }))}
        active={way}
        onChange={setWay}
      >
        {way === 'old' ? <ChangeByOldPassword /> : <ChangeByFace />}
      </Tabs>
    </section>
  );
}
