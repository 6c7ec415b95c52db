import { browserInEnglish } from '#domain/browser-names.ts';
import { at, type Catalogue } from './catalogue.ts';
import {
  atHall,
  entries,
  hallRecordEnds,
  otherHolder,
  relation,
  reportHandler,
  retry,
  suspended,
  tries,
  weak,
} from './en-details.ts';

/** English sentences for people who do not read Chinese; they state the same facts as zh.ts. */
export const en: Catalogue = {
  BAD_REQUEST: {
    title: 'Something in the request is not right',
    detail: () => 'Please correct the fields named in errors.',
  },
  DOCUMENT_INVALID: {
    title: 'The document number does not fit its type',
    detail: () => 'Please enter type and number as printed on the document.',
  },
  PHONE_INVALID: { title: 'Please enter an 11-digit mainland mobile number' },
  ENDING_TOO_SHORT: { title: 'Please enter at least the last 4 characters of the number' },
  MATTER_UNKNOWN: { title: 'There is no such matter' },
  CONSENT_REQUIRED: {
    title: 'Please read and accept the notices first',
    detail: () =>
      'The personal-information notice is needed, and separately the face-processing notice before a face check.',
  },
  BAD_CREDENTIALS: { title: 'Account or password is wrong', detail: tries },
  'BAD_CREDENTIALS/company': {
    title: 'The company password is wrong',
    detail: (d) =>
      typeof d.remainingAttempts === 'number'
        ? `${d.remainingAttempts} more tries today. The new login needs the taxpayer number, your own account and your own password.`
        : undefined,
  },
  SMS_CODE_WRONG: {
    title: 'The SMS code is wrong or no longer valid',
    detail: (d) => tries(d) ?? 'Please use the newest code, or ask for another.',
  },
  'SMS_CODE_WRONG/used-up': {
    title: 'The SMS code is no longer valid',
    detail: () => 'Please ask for a new code.',
  },
  IDENTITY_MISMATCH: {
    title: 'What you entered does not match our records',
    detail: () =>
      'Please check name, document number and phone, or visit a tax service hall with your document.',
  },
  SESSION_ENDED: { title: 'Your session has ended, please log in again' },
  'SESSION_ENDED/logged-out': {
    title: 'You have logged out',
    detail: (d) =>
      d.by
        ? `Ended from another session of yours (${browserInEnglish(String(d.by))}). If this was not you, change your password at once.`
        : undefined,
  },
  'SESSION_ENDED/replaced': {
    title: 'You logged in somewhere else, so this session ended',
    detail: (d) => `The newer login was at ${at(d.at)}. If it was not you, change your password now.`,
  },
  'SESSION_ENDED/idle': { title: 'You were away for a while, please log in again' },
  'SESSION_ENDED/expired': { title: 'A session lasts 12 hours at most, please log in again' },
  'SESSION_ENDED/reuse': {
    title: 'For your safety this session has ended',
    detail: () => 'Its credential was used twice. If you notice anything odd, change your password.',
  },
  'SESSION_ENDED/credential-change': { title: 'Your password was changed, please log in again' },
  'SESSION_ENDED/deregistered': { title: 'This account has been closed' },
  'SESSION_ENDED/suspended': {
    title: 'The tax authority has suspended your account; this session has ended',
    detail: suspended,
  },
  'SESSION_ENDED/by-order': {
    title: 'The tax authority has ended your session, please log in again',
    detail: () => 'If you have questions, call 12366 or bring your document to a tax service hall.',
  },
  ASSERTION_INVALID: {
    title: 'The channel could not be verified',
    detail: () => 'The channel assertion is missing, expired, already used or made for another request.',
  },
  CHANNEL_NOT_ALLOWED: {
    title: 'This channel cannot do that',
    detail: () => 'Please use the web portal, the Anhui Tax app or a tax service hall.',
  },
  ORIGIN_NOT_ALLOWED: {
    title: 'This page may not do that',
    detail: ({ portal }) =>
      `Please open the e-tax bureau at its own address, ${portal}, and try again there.`,
  },
  ACCOUNT_SUSPENDED: { title: 'The tax authority has suspended your account', detail: suspended },
  ROLE_NOT_ALLOWED: { title: 'Your current role may not do that' },
  SWITCH_NOT_ALLOWED: {
    title: 'You cannot switch to that identity from this login',
    detail: () => 'Please log out and use the proper entry.',
  },
  REFUSAL_NOT_ALLOWED: { title: 'This authorisation cannot be refused' },
  CHALLENGE_REQUIRED: {
    title: 'Please complete the security check first',
    detail: () => 'Solve the enclosed challenge and send it with the same request.',
  },
  FRESH_FACTOR_REQUIRED: {
    title: 'Please confirm it is you',
    detail: () => 'Verify by SMS code or face, then continue.',
  },
  PASSWORD_CHANGE_REQUIRED: { title: 'Please change the initial password first' },
  FACE_REQUIRED: {
    title: 'Please complete the face check first',
    detail: () => 'Scan the code on the page with the Anhui Tax app or the Individual Income Tax app.',
  },
  'FACE_REQUIRED/login-factor': {
    title: 'Log in with a face check to confirm the appointment',
    detail: () =>
      'Your phone was recovered within the last 24 hours, so an SMS code cannot confirm an appointment yet. Log in again and choose the face check at the second step.',
  },
  'FACE_REQUIRED/initial-password': {
    title: 'The initial password cannot serve as the old one: change it with a face check',
    detail: () => 'Choose the face check on the password page; after it the new password is set.',
  },
  FACE_MISMATCH: {
    title: 'The face check was not passed by the right person',
    detail: () =>
      'The person concerned must scan and be checked; the Individual Income Tax app must be logged in as that person. If it keeps failing, bring your document to a tax service hall; the comparison is with the police record, which you may have to bring up to date first.',
  },
  RELATION_NOT_FOUND: { title: 'No relation between you and this company was found', detail: relation },
  'RELATION_NOT_FOUND/phone': {
    title: 'No relation between you and this company was found',
    detail: (d) => `${relation(d)} ${otherHolder}`,
  },
  'RELATION_NOT_FOUND/special': {
    title: 'No relation between you and this company was found',
    detail: atHall,
  },
  'RELATION_NOT_FOUND/special-phone': {
    title: 'No relation between you and this company was found',
    detail: (d) => `${atHall(d)} ${otherHolder}`,
  },
  'RELATION_NOT_FOUND/cross-region': {
    title: 'No relation between you and this company was found',
    detail: (d) => `${atHall(d)} ${reportHandler}`,
  },
  'RELATION_NOT_FOUND/cross-region-phone': {
    title: 'No relation between you and this company was found',
    detail: (d) => `${atHall(d)} ${reportHandler} ${otherHolder}`,
  },
  'RELATION_NOT_FOUND/lost': {
    title: 'You no longer act for this company',
    detail: () =>
      'Your relation with it was ended, changed or has run out. You can switch to yourself or another company, or log out.',
  },
  'RELATION_NOT_FOUND/report': {
    title: 'No relation between you and this company was found',
    detail: () =>
      'This cross-region report has run out or changed, or names somebody else by now. Please search again and choose another one.',
  },
  USE_SPECIAL_ENTRY: {
    title: 'Please log in under Special subjects',
    detail: (d) => `The right entry is ${entries[String(d.entry)] ?? 'under Special subjects'}.`,
  },
  'USE_SPECIAL_ENTRY/enterprise': { title: 'Please log in to this company under Enterprise' },
  OFFICE_COLLECTION_REQUIRED: {
    title: 'This document must first be recorded at a tax service hall',
    detail: () => 'Please bring the original document to a tax service hall, then register here.',
  },
  'OFFICE_COLLECTION_REQUIRED/ended': {
    title: 'What a tax service hall recorded of you serves no longer, please have it recorded again',
    detail: (d) =>
      `${hallRecordEnds[String(d.reason)] ?? ''} Please bring the original document to a tax service hall, then register here.`.trim(),
  },
  COMPANY_NOT_CONFIRMED: {
    title: 'This company has not confirmed its tax information yet',
    detail: () =>
      'Its legal representative or recorded tax handler confirms it after logging in as a natural person, or at a tax service hall. Then the enterprise entry is open.',
  },
  IDENTITY_NOT_ACCEPTED: {
    title: 'This system cannot be entered as who you are now',
    detail: () =>
      'Please choose another identity. If none is offered, the legal representative or finance head of your company can give you access under staff permissions.',
  },
  LEVEL_TOO_LOW: {
    title: 'Your real-name level is too low for this system',
    detail: (d) =>
      `The system asks for level ${d.required}. Please pass a face check under Account centre – Real-name level first.`,
  },
  REAUTHENTICATION_REQUIRED: {
    title: 'This system asks you to log in again',
    detail: () => 'Please log in again; you will be brought back to this page.',
  },
  NOT_FOUND: { title: 'Not found' },
  USER_NOT_REGISTERED: {
    title: 'This user is not registered',
    detail: () => 'Please register first under the natural-person entry.',
  },
  'USER_NOT_REGISTERED/other-entry': {
    title: 'This user is not registered. Please register under the natural-person entry',
  },
  PHONE_NOT_FOUND: { title: 'This phone number is not on file; you can try your document number' },
  TAXPAYER_NOT_FOUND: { title: 'The unified social credit code or taxpayer number is wrong' },
  ALREADY_REGISTERED: {
    title: 'You are already registered, please log in',
    detail: () => 'Use “Forgot password” or “Recover phone number” if you cannot.',
  },
  ACCOUNT_AMBIGUOUS: {
    title: 'What you entered belongs to more than one user: choose which kind of account it is',
    detail: () => 'Please choose here. No password has been looked at, and nothing has been counted.',
  },
  PHONE_TAKEN: {
    title: 'This phone number belongs to another user',
    detail: () => 'If it is yours, you can take it over with a face check.',
  },
  USERNAME_TAKEN: { title: 'This username is taken' },
  USERNAME_CHANGED_THIS_YEAR: {
    title: 'A username can be changed once a calendar year',
    detail: (d) => (d.changeableFrom ? `You can change it again after ${at(d.changeableFrom)}.` : undefined),
  },
  DEFAULT_PHONE: {
    title: 'The default number cannot be removed',
    detail: () => 'Make another number the default first.',
  },
  PHONE_EMPTY: {
    title:
      'You have no phone number on file. Please log in by scanning with an app, then add a default number in the account centre',
  },
  TOO_MANY_PHONES: { title: 'You have reached the limit of 10 numbers' },
  RELATION_EXISTS: { title: 'This person already has that role in the company' },
  AGENT_IS_STAFF: { title: "This person is already the client's own staff and cannot be its agent" },
  STATE_CONFLICT: { title: 'This has already been done or has changed, please reload' },
  'STATE_CONFLICT/overlap': {
    title: 'There is an agreement with this client for part of that time already',
    detail: () => 'Please change or end that one first.',
  },
  'STATE_CONFLICT/scanned': {
    title: 'Somebody else has scanned this code already',
    detail: () => 'Please show a new code on the page, and scan that.',
  },
  'STATE_CONFLICT/staff-form': {
    title: 'Somebody else has just changed the form; your change was not saved',
    detail: () => 'Please look at the list as it is now, and send your change again.',
  },
  STEP_MISSING: { title: 'Please complete the earlier steps first' },
  PERSON_MISMATCH: {
    title: 'This document number is recorded under another name',
    detail: () => 'Please check it, or visit a tax service hall with the document.',
  },
  EXPIRED: { title: 'This took too long, please start again' },
  LEGACY_LOGIN_CLOSED: {
    title: 'The old login has closed, please use the new one',
    detail: (d) =>
      d.closedOn
        ? `Its last day was ${d.closedOn}. Use the entry for companies; the legal representative or finance head adds tax handlers.`
        : undefined,
  },
  BODY_TOO_LARGE: { title: 'The request is too large' },
  MEDIA_TYPE_NOT_SUPPORTED: {
    title: 'This form of content is not supported',
    detail: () => 'Please send the body as application/json.',
  },
  PASSWORD_WEAK: {
    title: 'The password is not strong enough',
    detail: (d) =>
      Array.isArray(d.reasons) ? d.reasons.map((reason) => weak[String(reason)] ?? '').join(' ') : undefined,
  },
  USERNAME_INVALID: {
    title: 'A username has 6–20 letters or digits and starts with a letter',
    detail: () => 'Case matters, and it must not look like a document or phone number.',
  },
  PERSON_NOT_REGISTERED: { title: 'This person is not registered yet and must register first' },
  AGENT_NOT_LISTED: { title: 'This person is not on the agency staff form' },
  ACCOUNT_LOCKED: {
    title: 'Too many failures in a row: your account is locked. “Forgot password” unlocks it',
    detail: (d) =>
      d.lockedUntil
        ? `It unlocks by itself at ${at(d.lockedUntil)} (Beijing time). You can also log in by scanning with an app.`
        : undefined,
  },
  'ACCOUNT_LOCKED/company': {
    title:
      'Too many wrong company passwords: the old login is locked for this company. Please use the new one',
    detail: (d) =>
      d.lockedUntil ? `It unlocks by itself at ${at(d.lockedUntil)} (Beijing time).` : undefined,
  },
  SMS_TOO_FREQUENT: { title: 'Too many SMS codes, please wait', detail: retry },
  TOO_MANY_REQUESTS: { title: 'Too many requests, please wait', detail: retry },
  UNAVAILABLE: { title: 'The system is busy, please try again later', detail: () => 'Nothing was changed.' },
};
