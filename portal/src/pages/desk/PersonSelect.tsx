import { Button, Form, Modal, Select } from 'antd';
import { useState } from 'react';
import { ApiForm } from '../../components/ApiForm.tsx';
import { PersonFields } from '../../components/fields/PersonFields.tsx';
import { useCommon } from '../../i18n/index.ts';
import type { Person } from './local-api.ts';
import { keyOf, usePeople } from './people.tsx';
import { useDeskTexts } from './texts.ts';

interface Props {
  /** Given by Form.Item, or the label's `for`. */
  readonly id?: string;
  readonly value?: Person | undefined;
  readonly onChange?: (person: Person | undefined) => void;
  /** The label of the empty choice, if one is allowed. */
  readonly nobody?: string;
}

/** Chooses one of the people of the desk, or a person whose data are typed in. */
export function PersonSelect({ id, value, onChange, nobody }: Props) {
  const t = useDeskTexts();
  const { all, add } = usePeople();
  const [adding, setAdding] = useState(false);
  const choosePerson = (person: Person) => {
    add(person);
    onChange?.(person);
    setAdding(false);
  };
  return (
    <div className="desk-person">
      <Select
        {...(id === undefined ? {} : { id })}
        value={value ? keyOf(value) : nobody === undefined ? null : ''}
        placeholder={t('person.choose')}
        showSearch={{ optionFilterProp: 'label' }}
        options={[
          ...(nobody === undefined ? [] : [{ value: '', label: nobody }]),
          ...all.map((person) => ({
            value: keyOf(person),
            label: `${person.name} ${person.documentNumber}`,
          })),
        ]}
        onChange={(key: string) => onChange?.(all.find((person) => keyOf(person) === key))}
      />
      <Button type="link" size="small" onClick={() => setAdding(true)}>
        {t('person.add')}
      </Button>
      <AddPerson open={adding} onDone={choosePerson} onClose={() => setAdding(false)} />
    </div>
  );
}

function AddPerson({
  open,
  onDone,
  onClose,
}: {
  open: boolean;
  onDone: (person: Person) => void;
  onClose: () => void;
}) {
  const t = useDeskTexts();
  const common = useCommon();
  const [form] = Form.useForm<Person>();
  return (
    <Modal
      open={open}
      title={t('person.addTitle')}
      okText={t('person.save')}
      cancelText={common('cancel')}
      onOk={() => form.submit()}
      onCancel={onClose}
      destroyOnHidden
    >
      <p className="small">{t('person.addHint')}</p>
      <ApiForm form={form} preserve={false} onFinish={onDone}>
        <PersonFields />
      </ApiForm>
    </Modal>
  );
}
