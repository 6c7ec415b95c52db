/**
 * Every refusal of the system: a closed list of stable codes, each with its HTTP status. The codes are part of the
 * contract with clients (docs/api.md); the sentences for people are in `shared/runtime/messages`.
 */
export const problemStatus = {
  BAD_REQUEST: 400,
  DOCUMENT_INVALID: 400,
  PHONE_INVALID: 400,
  ENDING_TOO_SHORT: 400,
  MATTER_UNKNOWN: 400,
  CONSENT_REQUIRED: 400,
  BAD_CREDENTIALS: 401,
  SMS_CODE_WRONG: 401,
  IDENTITY_MISMATCH: 401,
  SESSION_ENDED: 401,
  ASSERTION_INVALID: 401,
  CHANNEL_NOT_ALLOWED: 403,
  ORIGIN_NOT_ALLOWED: 403,
  ACCOUNT_SUSPENDED: 403,
  ROLE_NOT_ALLOWED: 403,
  SWITCH_NOT_ALLOWED: 403,
  REFUSAL_NOT_ALLOWED: 403,
  CHALLENGE_REQUIRED: 403,
  FRESH_FACTOR_REQUIRED: 403,
  PASSWORD_CHANGE_REQUIRED: 403,
  FACE_REQUIRED: 403,
  FACE_MISMATCH: 403,
  RELATION_NOT_FOUND: 403,
  USE_SPECIAL_ENTRY: 403,
  OFFICE_COLLECTION_REQUIRED: 403,
  COMPANY_NOT_CONFIRMED: 403,
  IDENTITY_NOT_ACCEPTED: 403,
  LEVEL_TOO_LOW: 403,
  REAUTHENTICATION_REQUIRED: 403,
  NOT_FOUND: 404,
  USER_NOT_REGISTERED: 404,
  PHONE_NOT_FOUND: 404,
  TAXPAYER_NOT_FOUND: 404,
  ALREADY_REGISTERED: 409,
  ACCOUNT_AMBIGUOUS: 409,
  PHONE_TAKEN: 409,
  USERNAME_TAKEN: 409,
  USERNAME_CHANGED_THIS_YEAR: 409,
  DEFAULT_PHONE: 409,
  PHONE_EMPTY: 409,
  TOO_MANY_PHONES: 409,
  RELATION_EXISTS: 409,
  AGENT_IS_STAFF: 409,
  STATE_CONFLICT: 409,
  STEP_MISSING: 409,
  PERSON_MISMATCH: 409,
  EXPIRED: 410,
  LEGACY_LOGIN_CLOSED: 410,
  BODY_TOO_LARGE: 413,
  MEDIA_TYPE_NOT_SUPPORTED: 415,
  PASSWORD_WEAK: 422,
  USERNAME_INVALID: 422,
  PERSON_NOT_REGISTERED: 422,
  AGENT_NOT_LISTED: 422,
  ACCOUNT_LOCKED: 423,
  SMS_TOO_FREQUENT: 429,
  TOO_MANY_REQUESTS: 429,
  UNAVAILABLE: 503,
} as const;

export type ProblemCode = keyof typeof problemStatus;

/** Further members of the problem answer (RFC 9457): masked already and safe to show to the caller. */
export type ProblemDetails = Readonly<Record<string, unknown>>;

/** A refusal. Steps throw it; the HTTP stack turns it into `application/problem+json`. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly details: ProblemDetails;
  /** Which of several sentences of one code is meant, for example one of the two forms of LGN-4. */
  readonly variant: string | undefined;
  constructor(
    code: ProblemCode,
    details: ProblemDetails = {},
    options: ErrorOptions & { variant?: string } = {},
  ) {
    super(code, options);
    this.name = 'Problem';
    this.code = code;
    this.details = details;
    this.variant = options.variant;
  }
  get status(): number {
    return problemStatus[this.code];
  }
}
