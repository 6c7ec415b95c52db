/** The closed sets of words in the API's contract (docs/api.md). */
export const entries = [
  'natural',
  'enterprise',
  'agency',
  'cross-region',
  'cross-region-property',
  'social-insurance',
] as const;
export type Entry = (typeof entries)[number];

/** The five roles of a person in a company, in the order of REL-1 (also the order of choices, LGN-10). */
export const roles = [
  'legal-representative',
  'finance-head',
  'tax-handler',
  'invoice-clerk',
  'tax-agent',
] as const;
export type Role = (typeof roles)[number];

export const channels = [
  'web',
  'ahtax-app',
  'iit-app',
  'wechat-mini',
  'alipay-mini',
  'terminal',
  'hall',
  'exchange',
] as const;
export type Channel = (typeof channels)[number];

/** The methods of authentication whose failures are counted (LCK-1). */
export const authMethods = ['password', 'sms', 'face'] as const;
export type AuthMethod = (typeof authMethods)[number];

/** What an SMS code is for (SMS-2: a code is bound to purpose, ticket and phone). */
export const smsPurposes = [
  'registration',
  'login',
  'password-reset',
  'phone-recovery',
  'add-phone',
  'factor',
  'deregistration',
  'legacy-binding',
] as const;
export type SmsPurpose = (typeof smsPurposes)[number];
