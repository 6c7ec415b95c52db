import type { FormInstance } from 'antd';

type Name = string | number | readonly (string | number)[];

/** The element of a field; for a group of boxes or radios, the first one. */
function elementOf(form: FormInstance<never>, name: Name): HTMLElement | undefined {
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
 * Focuses the wrong field that comes first on the page. antd would take the one that was mounted first, which is
 * another one in a form whose fields come and go, and it does not focus groups of boxes at all.
 */
export function focusFirst(form: FormInstance<never>, names: readonly Name[]): void {
  const [first] = names
    .flatMap((name) => elementOf(form, name) ?? [])
    .sort((one, other) => (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  first?.focus({ preventScroll: true });
  first?.scrollIntoView({ block: 'center' });
}
