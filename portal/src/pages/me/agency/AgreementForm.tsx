import { Form } from 'antd';
import { type ServiceItem, serviceItems } from '#domain/agencies/agreements.ts';
import { ApiForm } from '../../../components/ApiForm.tsx';
import { TaxpayerIdField } from '../../../components/fields/text-fields.tsx';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { Loaded } from '../../../components/query-states.tsx';
import { useSubmit } from '../../../components/use-submit.ts';
import { usePunctuation } from '../../../i18n/punctuation.ts';
import { type Agreement, useAgreementTexts } from '../parts/agreements.tsx';
import { DialogButtons } from '../parts/Dialog.tsx';
import { CheckboxesField, DayField } from '../parts/fields.tsx';
import { useParts } from '../parts/texts.ts';
import { useAgents } from './queries.ts';
import { useAgencyTexts } from './texts.ts';

export interface AgreementValues {
  readonly clientId?: string;
  /** The handles of the agents on the staff form. */
  readonly agents: string[];
  readonly items: ServiceItem[];
  readonly from: string;
  readonly until: string;
}
interface Props {
  /** The agreement that is changed; absent for a new one. */
  readonly agreement?: Agreement;
  readonly send: (values: AgreementValues) => Promise<void>;
  readonly onCancel: () => void;
}

/** The terms of a new agreement, or new terms of an existing one. */
export function AgreementForm({ agreement, send, onCancel }: Props) {
  const t = useAgencyTexts();
  const words = useAgreementTexts();
  const parts = useParts();
  const staff = useAgents();
  const { bracketed } = usePunctuation();
  const [form] = Form.useForm<AgreementValues>();
  const { submit, busy, problem, retry } = useSubmit<AgreementValues>({
    form,
    fields: {
      TAXPAYER_NOT_FOUND: 'clientId',
      COMPANY_NOT_CONFIRMED: 'clientId',
      AGENT_IS_STAFF: 'agents',
      AGENT_NOT_LISTED: 'agents',
    },
    send,
  });
  const start = agreement?.proposed ?? agreement;
  return (
    <Loaded query={staff}>
      {(listed) => {
        // A person whom the agreement names may stay in it, even after they left the form.
        const known = new Map(
          [...listed, ...(start?.agents ?? [])].map(({ agentId, name, documentNumber }) => [
            agentId,
            bracketed(name, documentNumber),
          ]),
        );
        if (known.size === 0) return <p>{t('noAgents')}</p>;
        return (
          <ApiForm
            form={form}
            {...(agreement ? { name: agreement.agreementId } : {})}
            onFinish={submit}
            {...(start
              ? {
                  initialValues: {
                    agents: start.agents.map(({ agentId }) => agentId),
                    items: [...start.items],
                    from: start.from,
                    until: start.until,
                  },
                }
              : {})}
          >
            <ProblemAlert problem={problem} onRetry={retry} />
            {agreement ? null : <TaxpayerIdField name="clientId" label={t('clientId')} />}
            <CheckboxesField
              name="agents"
              label={words('agents')}
              missing={t('agentsMissing')}
              options={[...known].map(([value, label]) => ({ value, label }))}
            />
            <CheckboxesField
              name="items"
              label={words('items')}
              missing={t('itemsMissing')}
              options={serviceItems.map((item) => ({ value: item, label: words(`item.${item}`) }))}
            />
            <DayField name="from" label={words('from')} past />
            <DayField name="until" label={words('until')} />
            <DialogButtons submit={parts('save')} busy={busy} onClose={onCancel} />
          </ApiForm>
        );
      }}
    </Loaded>
  );
}
