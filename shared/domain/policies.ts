/**
 * The numbers of the rules. Each has its unit in its name, and its rule beside it. A stage may override any of them
 * (`infra/config.ts`); no other code repeats a number.
 */
export const defaultPolicies = {
  /** Lifetimes of tickets (docs/api.md). */
  registrationSeconds: 1800,
  loginSeconds: 600,
  resetSeconds: 1800,
  recoverySeconds: 1800,
  qrLoginSeconds: 180, // QR-2
  faceScanSeconds: 300, // FACE-2
  /** LCK-1: consecutive failures of one method on one day that lock the account. */
  lockoutFailures: 5,
  /** UNL-2: days a lock row is kept for a late sweep. */
  lockoutRetentionDays: 7,
  /** UNL-1: the time of one run of the midnight sweep; the next run does the rest. */
  sweepMilliseconds: 240_000,
  /** LCK-5: wrong SMS codes per person and day, over all tickets and purposes. */
  smsGuessesPerDay: 10,
  /**
   * LCK-5: for a person who is not registered, wrong codes count on the ticket, and on the phone until each further one
   * needs a challenge.
   */
  smsGuessesPerTicket: 10,
  smsGuessesFreePerPhone: 30,
  /** SMS-1, SMS-2. */
  smsPerWindow: 5,
  smsWindowSeconds: 600,
  smsGapSeconds: 60,
  smsCodeSeconds: 300,
  smsCodeTries: 5,
  /**
   * SMS-4, for a registered person's number: sends that strangers asked for in a window and on a day, and in a window
   * those together with 忘记密码.
   */
  smsStrangersPerWindow: 3,
  smsStrangersPerDay: 10,
  smsOutsidePerWindow: 4,
  /** SMS-4, for a number that nobody has registered: sends on a day, and how many of them need no challenge. */
  smsNobodyPerDay: 20,
  smsNobodyFreePerDay: 5,
  /** SMS-4: how many numbers one ticket, or one session and purpose, may send codes to, and how many codes. */
  smsNumbersPerTicket: 3,
  smsSendsPerTicket: 10,
  /**
   * SMS-4: sends that strangers asked for in the whole stage in one hour. Beyond this number each needs an expensive
   * challenge; beyond the multiple below they are refused.
   */
  smsStrangersPerHour: 10_000,
  smsStrangersRefusedAt: 10,
  /**
   * SMS-4: notices of what a company did, per person and company: one of a kind in so many seconds, and so many of all
   * kinds on a day.
   */
  companyNoticeSeconds: 600,
  companyNoticesPerDay: 10,
  /** REG-5: failed face checks that end a registration or password reset. */
  faceTries: 5,
  /**
   * REG-2: days for which a hall record serves a registration, and wrong numbers that end the registration's ticket.
   */
  hallRecordDays: 180,
  hallPhoneTries: 5,
  /** REG-9: misses per document and day, after which each further try needs a challenge. */
  missesBeforeChallenge: 20,
  /** SES-2. */
  accessTokenSeconds: 300,
  sessionIdleSeconds: 1800,
  sessionAbsoluteSeconds: 43_200,
  refreshGraceSeconds: 10,
  /** SES-3: a new web session of a person ends the older one. */
  oneWebSession: true,
  /** SES-5. */
  freshFactorSeconds: 600,
  /** PWD-2, PWD-3. */
  passwordHistory: 5,
  argon2MemoryKiB: 19_456,
  argon2Iterations: 2,
  argon2Parallelism: 1,
  /** PHN-1. */
  phonesPerPerson: 10,
  /** ORD-1: orders of one office within a clock hour, and the share of them from which the operators are warned. */
  ordersPerOfficeHour: 30,
  ordersAlarmPercent: 80,
  /**
   * ORD-1: orders that the registry feed may bring within a clock hour; a feed with more waits until an operator
   * decides.
   */
  ordersPerFeedHour: 300,
  /** PWD-1, MIG-1: whether an imported number may reset the password before anybody answered an SMS to it here. */
  unprovenPhoneResets: true,
  /** PHN-4: 找回手机号码 asks for a face proof as well. */
  recoveryNeedsFace: false,
  /** PHN-4: seconds for which an SMS to a recovered number is no fresh factor. */
  recoveredPhoneSeconds: 86_400,
  /** USR-2. */
  usernameReservedDays: 365,
  /** LGN-12: requests of one address per window before a challenge is needed; null means never. */
  challengeAfter: 20 as number | null,
  challengeWindowSeconds: 600,
  challengeSeconds: 300,
  /** LGN-12: an IPv6 /64 counts as one address; wider networks have this many times its budget. */
  budgetsOfV6Slash56: 16,
  budgetsOfV6Slash48: 256,
  /** CHN-1: the longest life of a channel assertion, in seconds. */
  assertionSeconds: 60,
  /**
   * SSO-2, SSO-5: seconds that a request waits for its decision, a pushed request for its browser, and a code for its
   * exchange.
   */
  ssoRequestSeconds: 600,
  ssoPushedSeconds: 60,
  ssoCodeSeconds: 60,
  /** SSO-6: ID and access tokens of relying parties. */
  ssoTokenSeconds: 300,
  /**
   * SSO-5: a code that is exchanged again within this time is a double call or follows a lost answer; it is no attack.
   */
  ssoReplayGraceSeconds: 10,
  /** SSO-2, LGN-12: authorization requests of one address per window, in stages where addresses have budgets. */
  ssoRequestsPerAddress: 300,
  /** AUD-1. */
  auditRetentionDays: 400,
  /** REG-6: the version of the consent texts that a person agrees to. */
  consentVersion: '2026-11',
} as const;

type Widen<T> = T extends number ? number : T extends boolean ? boolean : T extends string ? string : T;
export type Policies = { readonly [K in keyof typeof defaultPolicies]: Widen<(typeof defaultPolicies)[K]> };
