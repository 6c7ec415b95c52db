import { Form, type FormInstance, type FormProps } from 'antd';
import type { ReactNode } from 'react';
import { focusFirst } from './first-wrong.ts';

/**
 * A form as all of ours are: labels above, format judged when a field is left, what is missing said at submit, the first
 * wrong field focused, and the browser's own bubbles off.
 */
export function ApiForm<V extends object>({
  children,
  form,
  ...props
}: Omit<FormProps<V>, 'children' | 'form'> & {
  readonly children: ReactNode;
  readonly form: FormInstance<V>;
}) {
  return (
    <Form<V>
      form={form}
      layout="vertical"
      validateTrigger="onBlur"
      scrollToFirstError={false}
      onFinishFailed={({ errorFields }) =>
        focusFirst(
          form as unknown as FormInstance<never>,
          errorFields.map(({ name }) => name as (string | number)[]),
        )
      }
      noValidate
      {...props}
    >
      {children}
    </Form>
  );
}
