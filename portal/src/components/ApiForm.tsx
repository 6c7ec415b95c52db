import { Form, type FormProps } from 'antd';
import type { ReactNode } from 'react';

/**
 * A form as all of ours are: labels above, format judged when a field is left, what is missing said at submit, the first
 * wrong field focused, and the browser's own bubbles off.
 */
export function ApiForm<V extends object>({
  children,
  ...props
}: Omit<FormProps<V>, 'children'> & { readonly children: ReactNode }) {
  return (
    <Form<V>
      layout="vertical"
      validateTrigger="onBlur"
      scrollToFirstError={{ focus: true, block: 'center' }}
      noValidate
      {...props}
    >
      {children}
    </Form>
  );
}
