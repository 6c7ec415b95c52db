import { type Language, useLanguage } from '../../i18n/index.ts';
import { want } from '../../session/wanted.ts';

/** A tax system's name in both languages. */
export interface SystemName {
  readonly zh: string;
  readonly en: string;
}
export const nameIn = (name: SystemName, language: Language): string =>
  language === 'en' ? name.en : name.zh;
export function useSystemName(): (name: SystemName) => string {
  const language = useLanguage();
  return (name) => nameIn(name, language);
}

/** A matter of risk by its name; there is none in English, so its code stands beside it. */
export function useMatterName(): (matter: { readonly code: string; readonly zh: string }) => string {
  const language = useLanguage();
  return ({ code, zh }) => (language === 'en' ? `${zh} (${code})` : zh);
}

const isName = (value: unknown): value is SystemName =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Partial<SystemName>).zh === 'string' &&
  typeof (value as Partial<SystemName>).en === 'string';

/** Remembers where somebody goes on after the login; answers what the login page says of it, for the history's state. */
export function afterLogin(id: string, system: unknown) {
  const from = `/sso#${id}`;
  want(from);
  return { from, ...(isName(system) ? { system } : {}) };
}

/** The system for which somebody logs in. */
export function systemIn(state: unknown): { readonly id: string; readonly name: SystemName } | undefined {
  const { from, system } = (state ?? {}) as { from?: unknown; system?: unknown };
  const id = typeof from === 'string' ? /^\/sso#([\w-]{32})$/.exec(from)?.[1] : undefined;
  return id !== undefined && isName(system) ? { id, name: system } : undefined;
}

/** On to the system, in the place of this page: going back from there does not come here again. */
export const goOn = (redirectTo: string): void => location.replace(redirectTo);
