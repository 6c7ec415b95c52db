import { Button, Select } from 'antd';
import { problemOf } from '../../api/problem.ts';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import type { AppCode } from '../../components/scan/ScanApps.tsx';
import { useCommon } from '../../i18n/index.ts';
import type { AssertionClaims, Person } from './local-api.ts';
import { identityOf, useRelations } from './relation-queries.ts';
import { useDeskTexts } from './texts.ts';

type Identity = AssertionClaims['identity'];
const keyOf = (identity: Identity): string => (identity ? `${identity.taxpayerId} ${identity.role}` : '');

interface Props {
  readonly id: string;
  readonly app: AppCode;
  readonly person: Person;
  readonly value: Identity;
  readonly onChange: (identity: Identity) => void;
}

/**
 * The identity in which the phone works: the natural person, or one of their companies. The app for personal income tax
 * has no companies.
 */
export function IdentitySelect({ id, app, person, value, onChange }: Props) {
  const t = useDeskTexts();
  const common = useCommon();
  const knowsCompanies = app !== 'iit-app';
  const relations = useRelations({ channel: app, person }, person, knowsCompanies);
  const companies = (relations.data ?? [])
    .filter(({ state }) => state === 'active')
    .map((relation) => ({
      identity: identityOf(relation, person),
      label: `${relation.taxpayerName} · ${common(`role.${relation.role}`)}`,
    }));
  return (
    <>
      <label htmlFor={id}>{t('phone.identity')}</label>
      <div className="desk-person">
        <Select
          id={id}
          value={keyOf(value)}
          options={[
            { value: '', label: t('phone.natural') },
            ...companies.map(({ identity, label }) => ({ value: keyOf(identity), label })),
          ]}
          onChange={(key) => onChange(companies.find(({ identity }) => keyOf(identity) === key)?.identity)}
        />
        {knowsCompanies ? (
          <Button
            type="link"
            size="small"
            loading={relations.isFetching}
            onClick={() => void relations.refetch()}
          >
            {t('phone.reload')}
          </Button>
        ) : null}
      </div>
      {relations.error ? <ProblemAlert problem={problemOf(relations.error)} /> : null}
    </>
  );
}
