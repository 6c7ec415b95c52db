import { at, type Details } from './catalogue.ts';

/**
 * What to do next, for advice that several sentences share or that depends on a value: the English version of
 * zh-details.ts.
 */

export const tries = (d: Details) =>
  typeof d.remainingAttempts === 'number'
    ? `${d.remainingAttempts} attempt(s) left. After 5 failures in a row the account is locked until midnight (Beijing time); “Forgot password” unlocks it at once.`
    : undefined;

export const retry = (d: Details) =>
  d.retryAt ? `Possible again after ${at(d.retryAt)} (Beijing time).` : 'Please try again a little later.';

/** ORD-1: the person cannot lift a suspension here. */
export const suspended = () =>
  'Call 12366, or bring your document to a tax service hall to have it resumed. Registering again or a new password does not lift it.';

/** LGN-8: what a person without a relation can do. */
export const relation = (d: Details) => {
  if (d.pendingAuthorizationId === undefined)
    return 'Ask the legal representative or finance head to add you under Account centre – Staff permissions, then confirm it yourself.';
  return d.pendingDirection === 'applied'
    ? 'Your application waits for the legal representative or finance head, who confirms it under Account centre – Staff permissions.'
    : 'An authorisation of this company waits for you: log in as a natural person and confirm it under Account centre – Company authorisations.';
};

/** A company that is only a special subject has nobody who could log in under Enterprise to add people (SPC-4). */
export const atHall = (d: Details) =>
  relation(d) +
  (d.pendingAuthorizationId === undefined
    ? ' For a company that logs in under Special subjects only, a tax service hall adds people to its tax staff.'
    : '');

export const reportHandler =
  'Whoever a cross-region report names as its handler may log in too: name and phone number must be exactly those of the report.';

export const otherHolder =
  'You typed a phone number, which may be on file for somebody else; you can try your document number.';

export const entries: Record<string, string> = {
  enterprise: 'Enterprise',
  agency: 'Agency',
  'cross-region': 'Special subjects – Cross-region taxpayers',
  'cross-region-property': 'Special subjects – Cross-region property',
  'social-insurance': 'Special subjects – Social insurance only',
};

/** REG-2: why a hall record can no longer be used. */
export const hallRecordEnds: Record<string, string> = {
  used: 'The record has served a registration already.',
  'account-ended': 'The record is older than the end of your account.',
  'phone-changed': 'The phone number of the record has been removed or become somebody else’s since.',
  expired: 'The record is too old.',
};

export const weak: Record<string, string> = {
  length: 'Use 8–20 characters.',
  classes: 'Use at least three of upper case, lower case, digits, symbols.',
  whitespace: 'No white space.',
  'contains-username': 'It must not contain your username.',
  'contains-phone': 'It must not contain your phone number.',
  'contains-document': 'It must not contain 6 or more consecutive characters of your document number.',
  run: 'No runs of 4 such as aaaa, 1234 or dcba.',
  common: 'It is too common and easy to guess.',
  'local-word':
    'It must be more than a name of the place or the system (such as anhui, hefei, etax, shuiwu, 12366) with digits and symbols.',
  history: 'It must differ from your last 5 passwords.',
};
