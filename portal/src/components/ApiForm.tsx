import { Form, type FormInstance, type FormProps } from 'antd';
import type { FormEvent, ReactNode } from 'react';
import { afterPaint } from '../app/after-paint.ts';
import { focusFirstError } from './focus-first-error.ts';

/**
 * The form that all pages use. Labels are above the fields. A field's format is checked when the person leaves the
 * field. Missing fields are reported at submit, and the first wrong field gets the focus. The browser's own messages
 * are off. Checking all fields at once takes the longest time, so the check runs after the paint that shows the pressed
 * button.
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
        focusFirstError(
          form,
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
