import type { FormInstance } from 'antd';

type Name = string | number | readonly (string | number)[];

/** The element of a field; for a group of boxes or radios, the first one. */
function elementOf<V>(form: FormInstance<V>, name: Name): HTMLElement | undefined {
  const found = form.getFieldInstance(name as never) as unknown;
  const held =
    found instanceof HTMLElement
      ? found
      : ((found as { nativeElement?: unknown; input?: unknown } | undefined)?.nativeElement ??
        (found as { input?: unknown } | undefined)?.input ??
        document.getElementById([name].flat().join('_')));
  if (!(held instanceof HTMLElement)) return undefined;
  const inside = 'input, select, textarea, button, [tabindex]';
  return held.matches(inside) ? held : (held.querySelector<HTMLElement>(inside) ?? undefined);
}

/**
 * Focuses the first wrong field on the page. antd would focus the field that was mounted first, which can be another
 * one if fields appear and disappear. Also antd does not focus groups of boxes.
 */
export function focusFirstError<V>(form: FormInstance<V>, names: readonly Name[]): void {
  const [first] = names
    .flatMap((name) => elementOf(form, name) ?? [])
    .sort((one, other) => (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  first?.focus({ preventScroll: true });
  first?.scrollIntoView({ block: 'center' });
}
