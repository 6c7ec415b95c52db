import { Form, type FormInstance, type FormProps } from 'antd';
import type { FormEvent, ReactNode } from 'react';
import { afterPaint } from '../app/after-paint.ts';
import { focusFirst } from './first-wrong.ts';

/**
 * A form as all of ours are: labels above, format judged when a field is left, what is missing said at submit, the first
 * wrong field focused, and the browser's own bubbles off. Judging all fields at once is the longest work of any form here:
 * it follows the paint that shows the button pressed.
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
      onSubmitCapture={(event: FormEvent) => {
        event.preventDefault();
        event.stopPropagation();
        afterPaint(() => form.submit());
      }}
      noValidate
      {...props}
    >
      {children}
    </Form>
  );
}
