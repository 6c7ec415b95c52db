import * as v from 'valibot';
import { agreementStates, serviceItems } from '#domain/agreements.ts';
import { documentTypeCodes } from '#domain/documents.ts';
import { channels, entries, roles } from '#domain/names.ts';
import { orders } from '#domain/orders.ts';
import { permissions, relationStates } from '#domain/relations.ts';

/**
 * Shapes shared by the contracts. Requests are bounded here and judged by the domain afterwards
 * (a document number's check digit is a rule, not a shape). Objects drop unknown members.
 */
const bounded = (min: number, max: number) => v.pipe(v.string(), v.minLength(min), v.maxLength(max));

export const time = v.pipe(v.string(), v.metadata({ format: 'date-time' }));
export const handle = bounded(1, 64);
/** Where a list goes on: what the page before said, unchanged. */
export const cursor = v.optional(bounded(1, 1024));

/** Personal documents by type code (DOC-1); the domain's table is the source of names. */
export const documentType = v.picklist([
  '201',
  '208',
  '210',
  '213',
  '227',
  '233',
  '237',
  '238',
  '239',
  '240',
  '241',
  '299',
]);
const personEntries = { name: bounded(1, 120), documentType, documentNumber: bounded(1, 64) };
export const person = v.object(personEntries);
export { personEntries };

/** Whom an order is about (ORD-1): the document says it; a name, where it is given, must be the record's. */
export const orderEntries = {
  person: v.object({
    documentType,
    documentNumber: personEntries.documentNumber,
    name: v.optional(personEntries.name),
  }),
  order: v.picklist(orders),
  /** For the audit, without names or numbers. */
  reason: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200)),
  /** The second officer, where the order needs one. */
  approvedBy: v.optional(bounded(1, 64)),
};

export const phone = bounded(1, 32);
export const smsCode = v.pipe(
  v.string(),
  v.regex(/^\s*[0-9０-９]{6}\s*$/),
  v.transform((code) => code.normalize('NFKC').trim()),
);
/** Bounded far above what a person may choose, so that "too long" is said by PWD-2 and nothing huge is hashed. */
export const password = bounded(1, 256);
export const account = bounded(1, 64);
/** DOC-6: which account is meant, sent back after ACCOUNT_AMBIGUOUS {kinds}. */
export const accountKind = v.optional(
  v.variant('kind', [
    v.object({ kind: v.literal('document'), documentType: v.picklist(documentTypeCodes) }),
    v.object({ kind: v.literal('phone') }),
    v.object({ kind: v.literal('username') }),
  ]),
);
export const username = bounded(1, 64);
/** An ALTCHA payload: base64 of JSON, as the widget posts it. */
export const challenge = v.optional(bounded(1, 4096));
export const entry = v.picklist(entries);
export const role = v.picklist(roles);
export const channel = v.picklist(channels);
/** A company's number as somebody types it; the domain judges it (DOC-3). */
export const taxpayerId = bounded(1, 64);
/** REL-8: a calendar day, inclusive; empty or null is unlimited. */
export const validUntil = v.optional(v.nullable(bounded(0, 10)));
/** REL-8: at least one group; whoever may do nothing is deleted. */
export const permissionList = v.pipe(
  v.array(v.picklist(permissions)),
  v.minLength(1),
  v.maxLength(permissions.length),
);
/** REL-11: what a list said of the row that is decided on; left out, whatever stands is decided on. */
export const seenRevision = { revision: v.optional(bounded(1, 32)) };
/** What a change of an authorisation answers. */
export const movedAuthorization = v.object({
  authorizationId: v.string(),
  state: v.picklist(relationStates),
});

export const scan = v.object({
  ticket: handle,
  qrContent: v.string(),
  pollSecret: v.string(),
  expiresAt: time,
});

export const identity = v.variant('kind', [
  v.object({ kind: v.literal('natural') }),
  v.object({
    kind: v.literal('enterprise'),
    taxpayerId: v.string(),
    taxpayerName: v.string(),
    role,
    permissions: v.array(v.string()),
  }),
  v.object({
    kind: v.literal('agency'),
    agencyId: v.string(),
    agencyName: v.string(),
    client: v.optional(v.object({ taxpayerId: v.string(), taxpayerName: v.string() })),
  }),
  v.object({
    kind: v.literal('special'),
    subject: v.picklist(['cross-region', 'cross-region-property', 'social-insurance']),
    taxpayerId: v.string(),
    taxpayerName: v.string(),
    role,
    reportNo: v.optional(v.string()),
  }),
]);
export type Identity = v.InferOutput<typeof identity>;

export const choice = v.object({
  choiceId: v.string(),
  identity,
  preselected: v.optional(v.literal(true)),
  current: v.optional(v.literal(true)),
});

export const notice = v.object({ code: v.string(), title: v.string() });

export const session = v.object({
  accessToken: v.string(),
  expiresIn: v.number(),
  sessionId: v.string(),
  identity,
  person: v.object({ name: v.string(), realNameLevel: v.number() }),
  notices: v.array(notice),
});
export type SessionAnswer = v.InferOutput<typeof session>;

/** A number of the own account (DOC-4). */
export const ownPhone = v.object({ phoneId: handle, maskedPhone: v.string(), isDefault: v.boolean() });

/** 202 of every "send a code" route. */
export const codeSent = v.object({ maskedPhone: v.string(), resendAt: time });

export const secondFactor = v.variant('method', [
  v.object({ method: v.literal('sms'), maskedPhone: v.string() }),
  v.object({ method: v.literal('face') }),
]);
export const scanState = v.picklist([
  'pending',
  'scanned',
  'passed',
  'confirmed',
  'failed',
  'cancelled',
  'expired',
]);

/** `{smsCode}` or `{faceTicket}`: exactly what the person proved the second factor with. */
export const factorEntries = { smsCode: v.optional(smsCode), faceTicket: v.optional(handle) };
export const exactlyOneFactor = <T extends { smsCode?: string | undefined; faceTicket?: string | undefined }>(
  input: T,
): boolean => (input.smsCode === undefined) !== (input.faceTicket === undefined);

/** An agent as both sides see them: masked (DOC-4), with a handle that is good at this agency only. */
export const formAgent = v.object({ agentId: v.string(), name: v.string(), documentNumber: v.string() });
const terms = {
  agents: v.array(formAgent),
  items: v.array(v.picklist(serviceItems)),
  /** First and last day, inclusive, in Asia/Shanghai. */
  from: v.string(),
  until: v.string(),
};
/** An agreement of an agency with a client (AGY-4). */
export const agreement = v.object({
  agreementId: v.string(),
  agencyId: v.string(),
  agencyName: v.string(),
  clientId: v.string(),
  clientName: v.string(),
  ...terms,
  state: v.picklist(agreementStates),
  /** Grows with every change: named in a confirmation, it makes sure that nothing unseen is confirmed. */
  revision: v.number(),
  /** Other terms that wait for the client, while those above hold. */
  proposed: v.optional(v.object(terms)),
});
/** The revision of the agreement that is decided on, as it was shown (REL-11). */
export const agreementRevision = { revision: v.optional(v.pipe(v.number(), v.integer())) };
/** What a change of an agreement answers. */
export const movedAgreement = v.object({ agreementId: v.string(), state: v.picklist(agreementStates) });

/** A page instead of JSON: what a browser is shown that comes from another system. */
export const html = v.pipe(v.string(), v.metadata({ mediaType: 'text/html' }));
