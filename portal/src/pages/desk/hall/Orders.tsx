import { Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { needsApproval, type Order, orders } from '#domain/people/orders.ts';
import { ApiForm } from '../../../components/ApiForm.tsx';
import { Notice, ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { useSubmit } from '../../../components/use-submit.ts';
import { useCommon } from '../../../i18n/index.ts';
import { giveOrder } from '../channel-calls.ts';
import { counterPartner, secondOfficer } from '../counter.ts';
import type { Person } from '../local-api.ts';
import { useDeskTexts } from '../texts.ts';
import { PersonField } from './PersonField.tsx';

interface Values {
  readonly person: Person;
  readonly order: Order;
  readonly reason: string;
  readonly approvedBy?: string;
}

/** ORD-1: an order that locks a person out needs two officers; an order for an unknown person holds too. */
export function Orders() {
  const t = useDeskTexts();
  const common = useCommon();
  const [form] = Form.useForm<Values>();
  const order = Form.useWatch('order', form) ?? 'suspend';
  const [given, setGiven] = useState<Order>();
  const { submit, busy, problem } = useSubmit<Values>({
    form,
    send: async ({ approvedBy, ...values }) => {
      setGiven(undefined);
      await giveOrder(counterPartner('hall'), {
        ...values,
        ...(needsApproval(values.order) && approvedBy ? { approvedBy } : {}),
      });
      setGiven(values.order);
    },
    fields: { DOCUMENT_INVALID: 'person', PERSON_MISMATCH: 'person' },
  });
  return (
    <section aria-label={t('hall.orders')}>
      <h3>{t('hall.orders')}</h3>
      <ApiForm form={form} name="orders" onFinish={submit}>
        <ProblemAlert problem={problem} />
        <PersonField />
        <Form.Item name="order" label={t('hall.order')} initialValue="suspend">
          <Select options={orders.map((value) => ({ value, label: t(`hall.orderKind.${value}`) }))} />
        </Form.Item>
        <Form.Item
          name="reason"
          label={t('hall.reason')}
          initialValue={t('hall.reasonExample')}
          rules={[{ required: true, message: common('field.required', { label: t('hall.reason') }) }]}
        >
          <Input maxLength={200} />
        </Form.Item>
        {needsApproval(order) ? (
          <Form.Item name="approvedBy" label={t('hall.approvedBy')} initialValue={secondOfficer}>
            <Input maxLength={64} />
          </Form.Item>
        ) : null}
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('hall.giveOrder')}
        </Button>
      </ApiForm>
      {given === undefined ? null : (
        <Notice kind="good">{t('hall.ordered', { order: t(`hall.orderKind.${given}`) })}</Notice>
      )}
    </section>
  );
}
