import { Form } from 'antd';
import { useCommon } from '../../../i18n/index.ts';
import { PersonSelect } from '../PersonSelect.tsx';
import { useDeskTexts } from '../texts.ts';

/** The person whom the counter's work concerns; in the form as `person`. */
export function PersonField() {
  const t = useDeskTexts();
  const common = useCommon();
  const label = t('hall.named');
  return (
    <Form.Item
      name="person"
      label={label}
      rules={[{ required: true, message: common('field.chosen', { label }) }]}
    >
      <PersonSelect />
    </Form.Item>
  );
}
