import * as v from 'valibot';
import { agreementStates, serviceItems } from '#domain/agencies/agreements.ts';
import { permissions, relationStates } from '#domain/companies/relations.ts';
import { channels, entries, roles } from '#domain/names.ts';
import { documentTypeCodes } from '#domain/people/documents.ts';
import { orders } from '#domain/people/orders.ts';
import { foldNumber, readFreeText, typedPassword } from '#domain/text.ts';

/**
 * Shapes that several contracts share. A schema only bounds what is sent; the domain judges it afterwards (the check
 * digit of a document number is a rule, not a shape). Members that a schema does not name are dropped.
 */
const bounded = (min: number, max: number) => v.pipe(v.string(), v.minLength(min), v.maxLength(max));

/** Text that the registry or a counter enters and that is stored (ENT-5): at most `longest` characters. */
export const freeText = (longest: number) =>
  v.pipe(
    v.string(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const text = readFreeText(dataset.value, longest);
      if (text !== undefined) return text;
      addIssue({ expected: `text of 1 to ${longest} characters` });
      return NEVER;
    }),
  );

export const time = v.pipe(v.string(), v.metadata({ format: 'date-time' }));
export const handle = bounded(1, 64);
/** Where a list continues: the `next` of the page before, unchanged. */
export const cursor = v.optional(bounded(1, 1024));

/** Personal documents by type code (DOC-1). */
export const documentType = v.picklist(documentTypeCodes);
const personEntries = { name: bounded(1, 120), documentType, documentNumber: bounded(1, 64) };
export const person = v.object(personEntries);
export { personEntries };

/**
 * The person whom an order concerns (ORD-1). The document identifies the person; the name is optional and must match
 * the record.
 */
export const orderEntries = {
  person: v.object({
    documentType,
    documentNumber: personEntries.documentNumber,
    name: v.optional(personEntries.name),
  }),
  order: v.picklist(orders),
  /** For the audit, without names or numbers. */
  reason: freeText(200),
  /** The second officer, for orders that need one. */
  approvedBy: v.optional(freeText(64)),
};

export const phone = bounded(1, 32);
/** Six digits, however the person writes or pastes them (DOC-2). */
export const smsCode = v.pipe(v.string(), v.maxLength(64), v.transform(foldNumber), v.regex(/^[0-9]{6}$/));
/** The limit is far above what a person may choose: PWD-2 then answers "too long", and nothing huge is hashed. */
export const password = v.pipe(v.string(), v.maxLength(256), v.transform(typedPassword), v.minLength(1));
export const account = bounded(1, 64);
/** DOC-6: which kind of account the person means, sent after the refusal ACCOUNT_AMBIGUOUS {kinds}. */
export const accountKind = v.optional(
  v.variant('kind', [
    v.object({ kind: v.literal('document'), documentType }),
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
/** REL-8: the last calendar day, inclusive; empty or null means unlimited. */
export const validUntil = v.optional(v.nullable(bounded(0, 10)));
/** REL-8: at least one permission group; a person without any permission is deleted instead. */
export const permissionList = v.pipe(
  v.array(v.picklist(permissions)),
  v.minLength(1),
  v.maxLength(permissions.length),
);
/**
 * REL-11: the revision of the row that the list showed. The decision holds for that revision only; without it, for the
 * row as it is now.
 */
export const seenRevision = { revision: v.optional(bounded(1, 32)) };
/** The answer to a change of an authorization. */
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

/** `{smsCode}` or `{faceTicket}`, exactly one: the second factor that the person passed. */
export const factorEntries = { smsCode: v.optional(smsCode), faceTicket: v.optional(handle) };
export const exactlyOneFactor = <T extends { smsCode?: string | undefined; faceTicket?: string | undefined }>(
  input: T,
): boolean => (input.smsCode === undefined) !== (input.faceTicket === undefined);

/** An agent as both sides see them: masked (DOC-4), with a handle that works at this agency only. */
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
  /**
   * Grows with every change. A confirmation names the revision, so that nobody confirms terms that they have not seen.
   */
  revision: v.number(),
  /** New terms that wait for the client's consent; until then the terms above hold. */
  proposed: v.optional(v.object(terms)),
});
/** The revision of the agreement that the person saw when they decided (REL-11). */
export const agreementRevision = { revision: v.optional(v.pipe(v.number(), v.integer())) };
/** The answer to a change of an agreement. */
export const movedAgreement = v.object({ agreementId: v.string(), state: v.picklist(agreementStates) });

/** An HTML page instead of JSON, for a browser that comes from another system. */
export const html = v.pipe(v.string(), v.metadata({ mediaType: 'text/html' }));
