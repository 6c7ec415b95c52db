import type { ProblemCode } from '#domain/problem.ts';

/** The answer of /help that explains a refusal. */
const anchors: Partial<Record<ProblemCode, string>> = {
  USER_NOT_REGISTERED: 'not-registered',
  PHONE_NOT_FOUND: 'phone',
  PHONE_EMPTY: 'phone',
  PHONE_TAKEN: 'phone',
  ACCOUNT_LOCKED: 'locked',
  BAD_CREDENTIALS: 'locked',
  SMS_TOO_FREQUENT: 'code',
  SMS_CODE_WRONG: 'code',
  RELATION_NOT_FOUND: 'no-relation',
  COMPANY_NOT_CONFIRMED: 'unconfirmed',
  USE_SPECIAL_ENTRY: 'special',
  ENDING_TOO_SHORT: 'special',
  OFFICE_COLLECTION_REQUIRED: 'documents',
  DOCUMENT_INVALID: 'documents',
  FACE_MISMATCH: 'face',
  FACE_REQUIRED: 'face',
  ROLE_NOT_ALLOWED: 'people',
  PERSON_NOT_REGISTERED: 'people',
  REFUSAL_NOT_ALLOWED: 'finance-head',
  SWITCH_NOT_ALLOWED: 'switch',
  AGENT_IS_STAFF: 'agreement',
  AGENT_NOT_LISTED: 'agent',
  LEGACY_LOGIN_CLOSED: 'old-login',
  USERNAME_INVALID: 'username',
  USERNAME_CHANGED_THIS_YEAR: 'username',
};
export const helpFor = (code: string): string | undefined => anchors[code as ProblemCode];
export const helpAnchors = Object.values(anchors);
