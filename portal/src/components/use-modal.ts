import { type RefObject, useEffect, useRef } from 'react';

/** The ref of a `<dialog>` that is modal as long as it is shown: the dialog opens when it appears. */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return dialog;
}
