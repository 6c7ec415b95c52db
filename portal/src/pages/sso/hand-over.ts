import { type Language, useLanguage } from '../../i18n/index.ts';
import { requestPage } from '../../session/requested-page.ts';

/** A tax system's name in both languages. */
export interface SystemName {
  readonly zh: string;
  readonly en: string;
}
export const nameInLanguage = (name: SystemName, language: Language): string =>
  language === 'en' ? name.en : name.zh;
export function useSystemName(): (name: SystemName) => string {
  const language = useLanguage();
  return (name) => nameInLanguage(name, language);
}

/** The name of a matter of risk. There is no English name, so the code is shown with it. */
export function useMatterName(): (matter: { readonly code: string; readonly zh: string }) => string {
  const language = useLanguage();
  return ({ code, zh }) => (language === 'en' ? `${zh} (${code})` : zh);
}

const isSystemName = (value: unknown): value is SystemName =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Partial<SystemName>).zh === 'string' &&
  typeof (value as Partial<SystemName>).en === 'string';

/**
 * Stores this hand-over as the page to show after the login; returns the history state from which the login page knows
 * it.
 */
export function loginStateFor(id: string, system: unknown) {
  const from = `/sso#${id}`;
  requestPage(from);
  return { from, ...(isSystemName(system) ? { system } : {}) };
}

/** The system for which the person logs in. */
export function systemInState(
  state: unknown,
): { readonly id: string; readonly name: SystemName } | undefined {
  const { from, system } = (state ?? {}) as { from?: unknown; system?: unknown };
  const id = typeof from === 'string' ? /^\/sso#([\w-]{32})$/.exec(from)?.[1] : undefined;
  return id !== undefined && isSystemName(system) ? { id, name: system } : undefined;
}

/** Goes to the system and replaces this page, so that the back button does not lead here again. */
export const replaceLocation = (redirectTo: string): void => location.replace(redirectTo);
