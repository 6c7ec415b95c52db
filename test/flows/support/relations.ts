import { marshall } from '@aws-sdk/util-dynamodb';
import { ulid } from '#crypto/random.ts';
import type { Role } from '#domain/names.ts';
import type { RelationState } from '#domain/relations.ts';
import { listKeysOf, withListKeys } from '#store/companies/relation-lists.ts';
import type { Relation } from '#store/companies/relations.ts';
import type { Loose, Reply } from '../../support/client.ts';
import { type Door, enterPassword, expectStatus, grantsLeft, scanFace } from '../../support/door.ts';
import type { Sample } from '../../support/people.ts';
import { eventsAbout, type Known, row } from '../../support/watched.ts';

const table = (door: Door, name: string) => door.tables.find((one) => one.endsWith(`-${name}`));
const put = (door: Door, name: string, item: object) =>
  door.dynamodb('PutItem', {
    TableName: table(door, name),
    Item: marshall(item, { removeUndefinedValues: true }),
  });

/** The key of a company whose number is not a person's number. */
export const keyOf = (taxpayerId: string): string => `c_${taxpayerId}`;

/** The facts of a relation that a test may choose. */
export interface RelationGiven {
  readonly state?: RelationState;
  readonly direction?: 'invited' | 'applied';
  readonly refusable?: boolean;
  readonly validUntil?: string;
  readonly permissions?: readonly string[];
}

/**
 * Writes a relation as the flows that grant it would leave it, because these flows have tests of their own. Returns the
 * authorizationId.
 */
export async function giveRelation(
  door: Door,
  who: Known,
  taxpayerId: string,
  role: Role,
  given: RelationGiven = {},
): Promise<string> {
  const companyKey = keyOf(taxpayerId);
  const company = await row(door, 'Taxpayers', { companyKey });
  const { sealedName } = await row(door, 'Users', { personKey: who.personKey });
  const authorizationId = `test-${ulid(new Date())}`;
  const state = given.state ?? 'active';
  const at = door.clock.now().toISOString();
  const relation = `${companyKey}#${role}`;
  const facts = {
    personKey: who.personKey,
    relation,
    companyKey,
    taxpayerId,
    role,
    direction: 'invited',
    refusable: role !== 'finance-head',
    permissions: role === 'invoice-clerk' ? ['invoice'] : ['filing', 'declaration', 'enquiry', 'invoice'],
    source: 'company',
    ...given,
    state,
    authorizationId,
    rev: 1,
    createdAt: at,
    updatedAt: at,
    sealedName,
    taxpayerName: company.name,
    taxpayerState: company.state,
    taxpayerSubjects: company.subjects,
  };
  await put(door, 'Relationships', withListKeys(facts as unknown as Relation));
  await put(door, 'Relationships', {
    personKey: `authorization#${authorizationId}`,
    relation: 'guard',
    holder: who.personKey,
    at: relation,
  });
  return authorizationId;
}

/** Changes the current row of a relation as the company or the registry would, in one write. */
export async function changeRelation(
  door: Door,
  who: Known,
  taxpayerId: string,
  role: Role,
  changes: Record<string, unknown>,
): Promise<void> {
  const { companySort, personSort } = listKeysOf({
    ...(await relationRow(door, who, taxpayerId, role)),
    ...changes,
  } as Relation);
  const entries = Object.entries({ ...changes, companySort, personSort });
  await door.dynamodb('UpdateItem', {
    TableName: table(door, 'Relationships'),
    Key: marshall({ personKey: who.personKey, relation: `${keyOf(taxpayerId)}#${role}` }),
    UpdateExpression: `SET ${entries.map((_, i) => `#${i} = :${i}`).join(', ')} ADD #rev :one`,
    ExpressionAttributeNames: {
      '#rev': 'rev',
      ...Object.fromEntries(entries.map(([name], i) => [`#${i}`, name])),
    },
    ExpressionAttributeValues: marshall({
      ':one': 1,
      ...Object.fromEntries(entries.map(([, value], i) => [`:${i}`, value])),
    }),
  });
}

export const relationRow = (door: Door, who: Known, taxpayerId: string, role: Role): Promise<Loose> =>
  row(door, 'Relationships', { personKey: who.personKey, relation: `${keyOf(taxpayerId)}#${role}` });

/** The audit events of a company. */
export const companyHistory = (door: Door, taxpayerId: string): Promise<Loose[]> =>
  eventsAbout(door, keyOf(taxpayerId));

/** The first factor at a company entry. */
export const enterCompany = (
  door: Door,
  who: Sample,
  taxpayerId: string,
  { entry = 'enterprise', account = who.documentNumber, password = who.password } = {},
): Promise<Reply<Loose>> => enterPassword(door, account, password, entry, { taxpayerId });

/** Passes the face factor of an open login; returns the answer of `verify`. */
export async function passFace(door: Door, loginId: string): Promise<Reply<Loose>> {
  const scan = expectStatus(await door.http('POST', `/v1/logins/${loginId}/face`), 201).body;
  expectStatus(await scanFace(door, scan.qrContent), 200);
  return door.http('POST', `/v1/logins/${loginId}/verify`, { faceTicket: scan.ticket });
}

/** Both factors at a company entry. */
export async function bothFactors(
  door: Door,
  who: Sample,
  taxpayerId: string,
  options: Parameters<typeof enterCompany>[3] = {},
) {
  const { loginId } = expectStatus(await enterCompany(door, who, taxpayerId, options), 201).body;
  const reply = expectStatus(await passFace(door, loginId), 200);
  return { loginId: loginId as string, reply };
}

/** Logs in for a company in which the person has one role. */
export async function inCompany(door: Door, who: Sample, taxpayerId: string) {
  const { reply } = await bothFactors(door, who, taxpayerId);
  if (!reply.body.session) throw new Error(`a choice instead of a session: ${JSON.stringify(reply.body)}`);
  return {
    session: reply.body.session,
    token: reply.body.session.accessToken as string,
    cookie: reply.cookie ?? '',
  };
}

export const chooseRole = (door: Door, loginId: string, choiceId: string) =>
  door.http('POST', `/v1/logins/${loginId}/choose`, { choiceId });
export const confirmRole = (door: Door, loginId: string, authorizationId: string) =>
  door.http('POST', `/v1/logins/${loginId}/confirm-role`, { authorizationId });

/** The grants on the company tables that a function has not used. */
export const companyGrantsLeft = (door: Door, functionName: string): string[] =>
  grantsLeft(door)
    .filter((grant) => grant.functionName === functionName)
    .map(({ action, resource }) => `${action} ${resource}`)
    // Without the grants that every route for signed-in people has, for access bases other than relations.
    .filter((grant) => /Taxpayers|Relationships/.test(grant) && !grant.includes('BatchGetItem'));
