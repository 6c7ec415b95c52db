import { useLanguage } from './index.ts';

/** What stands between parts that a page puts together: Chinese has wide marks, English narrow ones and spaces. */
export function usePunctuation() {
  const english = useLanguage() === 'en';
  return {
    /** `王芳（340***1234）`, `Wang Fang (340***1234)` */
    bracketed: (text: string, more: string): string => (english ? `${text} (${more})` : `${text}（${more}）`),
    /** `身份：办税员`, `Role: Tax handler` */
    termed: (term: string, value: string): string => (english ? `${term}: ${value}` : `${term}：${value}`),
    /** Several statements in one line. */
    joined: (parts: readonly string[]): string => parts.join(english ? '; ' : '；'),
  };
}
