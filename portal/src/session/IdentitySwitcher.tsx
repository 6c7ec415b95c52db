import { useEffect, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import type { Identity } from '#contract/schemas.ts';
import { foldNumber, searchForm } from '#domain/text.ts';
import { answer, api } from '../api/client.ts';
import { announce } from '../components/live-region.tsx';
import { ProblemAlert } from '../components/ProblemAlert.tsx';
import { Spinner } from '../components/query-states.tsx';
import { SearchField } from '../components/SearchField.tsx';
import { useAction } from '../components/use-action.ts';
import { useModal } from '../components/use-modal.ts';
import { useCommon } from '../i18n/index.ts';
import { useIdentityName } from './identity-name.ts';
import { adoptSession } from './session.ts';

interface Option {
  readonly choiceId: string;
  readonly name: string;
  readonly number?: string | undefined;
  readonly current?: true | undefined;
  readonly kind: 'identity' | 'client';
}
/** Enough for a bookkeeper with thirty companies. A person with more is told so, and searches on the page. */
const maxPages = 5;
/** What the dialog lists. */
interface OptionList {
  readonly options: readonly Option[];
  /** The page with all of them, if there are more. */
  readonly more?: '/me/clients' | '/me/switch' | undefined;
}

/**
 * 身份切换 from every page (SWI-2, SWI-3): all identities, or an agent's clients, found by name or number, one click.
 */
export function IdentitySwitcher({
  identity,
  onClose,
}: {
  readonly identity: Identity;
  readonly onClose: () => void;
}) {
  const t = useCommon();
  const identityName = useIdentityName();
  const navigate = useNavigate();
  const dialog = useModal();
  const [list, setList] = useState<OptionList>();
  const [query, setQuery] = useState('');
  const reading = useAction();
  const switching = useAction();
  const { run: read } = reading;
  // biome-ignore lint/correctness/useExhaustiveDependencies: read once a opening
  useEffect(() => {
    void read(async () => setList(await readOptions(identity.kind === 'agency', identityName)));
  }, []);
  const switchTo = ({ choiceId, kind, name }: Option) =>
    switching.run(async () => {
      const body = { choiceId };
      const { session } = await answer(
        kind === 'client'
          ? api.POST('/v1/session/client', { body })
          : api.POST('/v1/session/identity', { body }),
      );
      onClose();
      await navigate('/me');
      adoptSession(session);
      announce(name);
    });
  // The API searches in the same way: it also finds numbers that are typed without hyphens (DOC-2, ENT-5).
  const [searchText, searchNumber] = [searchForm(query), foldNumber(query)];
  const found = list?.options.filter(
    ({ name, number = '' }) =>
      searchForm(`${name} ${number}`).includes(searchText) ||
      (searchNumber !== '' && number.includes(searchNumber)),
  );
  return (
    <dialog ref={dialog} className="card dialog switcher" aria-labelledby="switcher-title" onClose={onClose}>
      <h2 id="switcher-title">{t('switcher.title')}</h2>
      <p className="small">{t('switcher.hint')}</p>
      <SearchField label={t('switcher.search')} value={query} onChange={setQuery} />
      <ProblemAlert problem={reading.problem ?? switching.problem} />
      {found === undefined ? (
        reading.problem ? null : (
          <Spinner />
        )
      ) : found.length === 0 ? (
        <p className="state">{t(list?.more ? 'switcher.noneYet' : 'switcher.none')}</p>
      ) : (
        <ul className="options" aria-label={t('switcher.title')}>
          {found.map((option) => (
            <li key={option.choiceId}>
              <button
                type="button"
                disabled={switching.busy || option.current === true}
                onClick={() => void switchTo(option)}
              >
                {option.name}
                {option.current ? <span className="tag good">{t('switcher.current')}</span> : null}
                {option.number ? <small>{option.number}</small> : null}
              </button>
            </li>
          ))}
        </ul>
      )}
      {list?.more ? (
        <p className="small">
          {t('switcher.more')}{' '}
          <Link to={list.more} onClick={onClose}>
            {t('switcher.all')}
          </Link>
        </p>
      ) : null}
      <button type="button" className="link" onClick={onClose}>
        {t('cancel')}
      </button>
    </dialog>
  );
}

async function readOptions(ofAgency: boolean, nameOf: (identity: Identity) => string): Promise<OptionList> {
  const clients = ofAgency ? await readPages(readClients) : emptyPage;
  const identities = await readPages(async (cursor) => readIdentities(cursor, nameOf));
  return {
    options: [...clients.options, ...identities.options],
    more:
      clients.next !== undefined ? '/me/clients' : identities.next !== undefined ? '/me/switch' : undefined,
  };
}

interface OptionPage {
  readonly options: readonly Option[];
  readonly next: string | undefined;
}
const emptyPage: OptionPage = { options: [], next: undefined };
async function readPages(read: (cursor: string | undefined) => Promise<OptionPage>): Promise<OptionPage> {
  const options: Option[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const one: OptionPage = await read(cursor);
    options.push(...one.options);
    cursor = one.next;
    if (cursor === undefined) break;
  }
  return { options, next: cursor };
}

async function readClients(cursor: string | undefined): Promise<OptionPage> {
  const page = await answer(api.GET('/v1/session/clients', { params: { query: { cursor } } }));
  const options = page.clients.map(
    ({ choiceId, taxpayerId, taxpayerName, current }): Option => ({
      choiceId,
      name: taxpayerName,
      number: taxpayerId,
      current,
      kind: 'client',
    }),
  );
  return { options, next: page.cursor };
}

async function readIdentities(
  cursor: string | undefined,
  nameOf: (identity: Identity) => string,
): Promise<OptionPage> {
  const page = await answer(api.GET('/v1/session/identities', { params: { query: { cursor } } }));
  const options = page.choices.map(
    ({ choiceId, identity, current }): Option => ({
      choiceId,
      name: nameOf(identity),
      number: 'taxpayerId' in identity ? identity.taxpayerId : undefined,
      current,
      kind: 'identity',
    }),
  );
  return { options, next: page.cursor };
}
