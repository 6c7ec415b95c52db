import './help.css';
import { useEffect, useState } from 'react';
import { useLocation } from 'react-router';
import { searchForm } from '#domain/text.ts';
import { useConfig } from '../../api/config.ts';
import { PageTitle } from '../../components/PageTitle.tsx';
import { SearchField } from '../../components/SearchField.tsx';
import { useCommon, useLanguage } from '../../i18n/index.ts';
import { chapters } from './answers.ts';
import { useHelpTexts } from './texts.ts';

/** Questions and answers in four chapters, each with an anchor; searched on this page alone, nothing is sent. */
export function Page() {
  const t = useHelpTexts();
  const common = useCommon();
  const lang = useLanguage() === 'en' ? 'en' : 'zh';
  const { hash } = useLocation();
  const { data } = useConfig();
  const hotline = data?.site?.hotline ?? '12366';
  const halls = data?.site?.halls;
  const [query, setQuery] = useState('');
  const searchText = searchForm(query);
  const shown = chapters
    .map((chapter) => ({
      ...chapter,
      answers: chapter.answers.filter((one) => searchForm(one[lang].join(' ')).includes(searchText)),
    }))
    .filter(({ answers }) => answers.length > 0);
  const count = shown.reduce((sum, { answers }) => sum + answers.length, 0);
  const requestedAnchor = hash.slice(1);
  useEffect(() => {
    if (requestedAnchor) document.getElementById(requestedAnchor)?.scrollIntoView();
  }, [requestedAnchor]);
  return (
    <article className="card reading">
      <PageTitle
        extra={
          <a className="help-call" href={`tel:${hotline}`}>
            {common('footer.hotline')} {hotline}
          </a>
        }
      >
        {t('title')}
      </PageTitle>
      <search>
        <SearchField label={t('search')} value={query} onChange={setQuery} />
      </search>
      <p role="status" className="small">
        {searchText === '' ? '' : count === 0 ? t('none') : t('found', { count })}
      </p>
      {searchText === '' ? (
        <nav className="help-chapters" aria-label={t('chapters')}>
          {chapters.map((chapter) => (
            <a key={chapter.id} href={`#${chapter.id}`}>
              {chapter[lang]}
            </a>
          ))}
        </nav>
      ) : null}
      {shown.map((chapter) => (
        <section key={chapter.id} id={chapter.id}>
          <h2>{chapter[lang]}</h2>
          {chapter.answers.map(({ id, [lang]: [question, answer] }) => (
            <details
              key={`${id} ${requestedAnchor === id}`}
              id={id}
              className="help-answer"
              open={searchText !== '' || requestedAnchor === id}
            >
              <summary>{question}</summary>
              <p>{answer}</p>
            </details>
          ))}
        </section>
      ))}
      <section className="notice info help-contact" aria-labelledby="contact">
        <h2 id="contact">{t('contact')}</h2>
        <ul>
          <li>
            {common('footer.hotline')} <a href={`tel:${hotline}`}>{hotline}</a>
            {lang === 'en' ? ', ' : '，'}
            {data?.site?.hours?.[lang] ?? t('always')}
          </li>
          <li>
            {t('visit')}
            {halls === undefined ? null : (
              <>
                {' '}
                <a href={halls} target="_blank" rel="noreferrer">
                  {common('footer.halls')}
                </a>
              </>
            )}
          </li>
        </ul>
      </section>
    </article>
  );
}
