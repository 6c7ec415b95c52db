import { Button } from 'antd';
import { type ReactNode, useId } from 'react';
import { useModal } from '../../../components/use-modal.ts';
import { useCommon } from '../../../i18n/index.ts';

/** A form beside the list that it changes; Escape or its own button closes it. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const id = useId();
  const dialog = useModal();
  return (
    <dialog
      ref={dialog}
      className="card dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

/** The two buttons of a form in a dialog: send, or close. */
export function DialogButtons({
  submit,
  busy,
  onClose,
}: {
  readonly submit: string;
  readonly busy: boolean;
  readonly onClose: () => void;
}) {
  const common = useCommon();
  return (
    <div className="row dialog-buttons">
      <Button type="primary" htmlType="submit" loading={busy}>
        {submit}
      </Button>
      <Button onClick={onClose}>{common('cancel')}</Button>
    </div>
  );
}
