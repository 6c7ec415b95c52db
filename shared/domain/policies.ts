/**
 * The numbers of the rules, each with its unit in its name and the rule it belongs to.
 * A stage may override any of them (`infra/config.ts`); nothing else in the code repeats a number.
 */
export const defaultPolicies = {
  /** Lifetimes of journeys (docs/api.md). */
  registrationSeconds: 1800,
  loginSeconds: 600,
  resetSeconds: 1800,
  recoverySeconds: 1800,
  qrLoginSeconds: 180, // QR-2
  faceScanSeconds: 300, // FACE-2
  /** LCK-1: consecutive failures of one method in one day that lock the account. */
  lockoutFailures: 5,
  /** UNL-2: days a lock row is kept for a late sweep. */
  lockoutRetentionDays: 7,
  /** UNL-1: of one run of the midnight sweep; what is left then is the next one's. */
  sweepMilliseconds: 240_000,
  /** LCK-5: wrong SMS codes a day per person over all tickets and purposes. */
  smsGuessesPerDay: 10,
  /** LCK-5: of somebody who is not registered they count on the ticket, and on the phone until it wants a challenge. */
  smsGuessesPerTicket: 10,
  smsGuessesFreePerPhone: 30,
  /** SMS-1, SMS-2. */
  smsPerWindow: 5,
  smsWindowSeconds: 600,
  smsGapSeconds: 60,
  smsCodeSeconds: 300,
  smsCodeTries: 5,
  /** SMS-4, of a registered person's number: strangers' sends in a window and a day, and together with 忘记密码. */
  smsStrangersPerWindow: 3,
  smsStrangersPerDay: 10,
  smsOutsidePerWindow: 4,
  /** SMS-4, of a number of nobody: sends a day, and how many of them want no challenge. */
  smsNobodyPerDay: 20,
  smsNobodyFreePerDay: 5,
  /** SMS-4: of one ticket, or of one session and purpose. */
  smsNumbersPerTicket: 3,
  smsSendsPerTicket: 10,
  /** SMS-4: strangers' sends of the stage in an hour before they want a dearer challenge, and how many times that before they are refused. */
  smsStrangersPerHour: 10_000,
  smsStrangersRefusedAt: 10,
  /** SMS-4: notices of what a company did, of one kind in this time and of all kinds in a day, per person and company. */
  companyNoticeSeconds: 600,
  companyNoticesPerDay: 10,
  /** REG-5: failed face checks that end a registration or reset ticket. */
  faceTries: 5,
  /** REG-2: days for which a hall record serves a registration; wrong numbers that end a registration ticket. */
  hallRecordDays: 180,
  hallPhoneTries: 5,
  /** REG-9: misses per document and day after which each further try wants a challenge. */
  missesBeforeChallenge: 20,
  /** SES-2. */
  accessTokenSeconds: 300,
  sessionIdleSeconds: 1800,
  sessionAbsoluteSeconds: 43_200,
  refreshGraceSeconds: 10,
  /** SES-3: a newer web session of a person ends the older one. */
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
  /** ORD-1: orders of one office within a clock hour, and the share of them at which operators are told. */
  ordersPerOfficeHour: 30,
  ordersAlarmPercent: 80,
  /** ORD-1: orders that the registry feed may bring within a clock hour; what brings more waits for a person. */
  ordersPerFeedHour: 300,
  /** PWD-1, MIG-1: a number that came by an import may reset the password before any SMS to it was answered here. */
  unprovenPhoneResets: true,
  /** PHN-4: 找回手机号码 asks for a face proof as well. */
  recoveryNeedsFace: false,
  /** PHN-4: for how long an SMS to a recovered number is no fresh factor. */
  recoveredPhoneSeconds: 86_400,
  /** USR-2. */
  usernameReservedDays: 365,
  /** LGN-12: requests of one address per window before a challenge is asked for; null = never asked. */
  challengeAfter: 20 as number | null,
  challengeWindowSeconds: 600,
  challengeSeconds: 300,
  /** LGN-12: an IPv6 /64 is one address; how many of their budgets wider networks have. */
  budgetsOfV6Slash56: 16,
  budgetsOfV6Slash48: 256,
  /** CHN-1: the longest life of a channel assertion. */
  assertionSeconds: 60,
  /** SSO-2, SSO-5: how long a request waits for its decision, a pushed one for its browser, and a code for its exchange. */
  ssoRequestSeconds: 600,
  ssoPushedSeconds: 60,
  ssoCodeSeconds: 60,
  /** SSO-6: ID and access tokens of relying parties. */
  ssoTokenSeconds: 300,
  /** SSO-5: a code that comes again so soon is a double call or a lost answer, and no attack. */
  ssoReplayGraceSeconds: 10,
  /** SSO-2, LGN-12: requests of one address per window, where addresses have budgets at all. */
  ssoRequestsPerAddress: 300,
  /** AUD-1. */
  auditRetentionDays: 400,
  /** REG-6: the version of the consent texts that a person agrees to. */
  consentVersion: '2026-11',
} as const;

type Widen<T> = T extends number ? number : T extends boolean ? boolean : T extends string ? string : T;
export type Policies = { readonly [K in keyof typeof defaultPolicies]: Widen<(typeof defaultPolicies)[K]> };
