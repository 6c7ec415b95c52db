import { browserInEnglish } from '#domain/browser-names.ts';
import { useLanguage } from './index.ts';

/** The browser that the API names, in the person's language (SES-3, SES-4). */
export function useBrowserName(): (told: string) => string {
  const language = useLanguage();
  return (told) => (language === 'en' ? browserInEnglish(told) : told);
}
