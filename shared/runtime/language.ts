export type Language = 'zh' | 'en';

/** Chinese unless the first language asked for is English (RFC 9110 Accept-Language, weights ignored). */
export function languageOf(acceptLanguage: string | undefined): Language {
  return /^\s*en\b/i.test(acceptLanguage ?? '') ? 'en' : 'zh';
}
