import { marshall } from '@aws-sdk/util-dynamodb';
import { ulid } from '#crypto/random.ts';
import type { RelationState } from '#domain/companies/relations.ts';
import type { Role } from '#domain/names.ts';
import { listKeysOf, withListKeys } from '#store/companies/relation-lists.ts';
import type { ListKeys } from '#store/companies/relation-row.ts';
import type { Relation } from '#store/companies/relations.ts';
import type { Loose, Reply } from '../../support/client.ts';
import { creditCode } from '../../support/credit-codes.ts';
import type { Sample } from '../../support/people.ts';
import {
  enterPassword,
  expectStatus,
  grantsLeft,
  scanFace,
  type TestRuntime,
} from '../../support/runtime.ts';
import type { StoredRow } from '../../support/stored-rows.ts';
import { eventsAbout, type Known, row } from '../../support/watched.ts';
import { setIn } from './tables.ts';

const table = (runtime: TestRuntime, name: string) => runtime.tables.find((one) => one.endsWith(`-${name}`));
const put = (runtime: TestRuntime, name: 'Relationships', item: StoredRow<'Relationships'>) =>
  runtime.dynamodb('PutItem', {
    TableName: table(runtime, name),
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
  runtime: TestRuntime,
  who: Known,
  taxpayerId: string,
  role: Role,
  given: RelationGiven = {},
): Promise<string> {
  const companyKey = keyOf(taxpayerId);
  const company = await row(runtime, 'Taxpayers', { companyKey });
  const { sealedName } = await row(runtime, 'Users', { personKey: who.personKey });
  const authorizationId = `test-${ulid(new Date())}`;
  const state = given.state ?? 'active';
  const at = runtime.clock.now().toISOString();
  const relation = `${companyKey}#${role}`;
  const facts: Omit<Relation, keyof ListKeys> = {
    personKey: who.personKey,
    relation,
    companyKey,
    taxpayerId,
    role,
    direction: 'invited',
    refusable: role !== 'finance-head',
    permissions: role === 'invoice-clerk' ? ['invoice'] : ['filing', 'declaration', 'enquiry', 'invoice'],
    source: 'company',
    ...(given as Partial<Relation>),
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
  await put(runtime, 'Relationships', withListKeys(facts));
  await put(runtime, 'Relationships', {
    personKey: `authorization#${authorizationId}`,
    relation: 'guard',
    holder: who.personKey,
    at: relation,
  });
  return authorizationId;
}

/** Changes the current row of a relation as the company or the registry would, in one write. */
export async function changeRelation(
  runtime: TestRuntime,
  who: Known,
  taxpayerId: string,
  role: Role,
  changes: { readonly [Name in keyof Relation]?: unknown },
): Promise<void> {
  const { companySort, personSort } = listKeysOf({
    ...(await relationRow(runtime, who, taxpayerId, role)),
    ...changes,
  } as Relation);
  const key = { personKey: who.personKey, relation: `${keyOf(taxpayerId)}#${role}` };
  const facts = { ...changes, companySort, personSort } as StoredRow<'Relationships'>;
  await setIn(runtime, 'Relationships', key, facts, { nextRev: true });
}

export const relationRow = (
  runtime: TestRuntime,
  who: Known,
  taxpayerId: string,
  role: Role,
): Promise<Loose> =>
  row(runtime, 'Relationships', { personKey: who.personKey, relation: `${keyOf(taxpayerId)}#${role}` });

/** So many rows like this one, each at a company of its own. */
export const relationsLike = (template: Loose, count: number): Loose[] =>
  Array.from({ length: count }, () => {
    const taxpayerId = creditCode();
    const companyKey = keyOf(taxpayerId);
    return { ...template, taxpayerId, companyKey, relation: `${companyKey}#${template.role}` };
  });

/** The audit events of a company. */
export const companyHistory = (runtime: TestRuntime, taxpayerId: string): Promise<Loose[]> =>
  eventsAbout(runtime, keyOf(taxpayerId));

/** The first factor at a company entry. */
export const enterCompany = (
  runtime: TestRuntime,
  who: Sample,
  taxpayerId: string,
  { entry = 'enterprise', account = who.documentNumber, password = who.password } = {},
): Promise<Reply<Loose>> => enterPassword(runtime, account, password, entry, { taxpayerId });

/** Passes the face factor of an open login; returns the answer of `verify`. */
export async function passFace(runtime: TestRuntime, loginId: string): Promise<Reply<Loose>> {
  const scan = expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/face`), 201).body;
  expectStatus(await scanFace(runtime, scan.qrContent), 200);
  return runtime.http('POST', `/v1/logins/${loginId}/verify`, { faceTicket: scan.ticket });
}

/** Both factors at a company entry. */
export async function bothFactors(
  runtime: TestRuntime,
  who: Sample,
  taxpayerId: string,
  options: Parameters<typeof enterCompany>[3] = {},
) {
  const { loginId } = expectStatus(await enterCompany(runtime, who, taxpayerId, options), 201).body;
  const reply = expectStatus(await passFace(runtime, loginId), 200);
  return { loginId: loginId as string, reply };
}

/** Logs in for a company in which the person has one role. */
export async function inCompany(runtime: TestRuntime, who: Sample, taxpayerId: string) {
  const { reply } = await bothFactors(runtime, who, taxpayerId);
  if (!reply.body.session) throw new Error(`a choice instead of a session: ${JSON.stringify(reply.body)}`);
  return {
    session: reply.body.session,
    token: reply.body.session.accessToken as string,
    cookie: reply.cookie ?? '',
  };
}

export const chooseRole = (runtime: TestRuntime, loginId: string, choiceId: string) =>
  runtime.http('POST', `/v1/logins/${loginId}/choose`, { choiceId });
export const confirmRole = (runtime: TestRuntime, loginId: string, authorizationId: string) =>
  runtime.http('POST', `/v1/logins/${loginId}/confirm-role`, { authorizationId });

/** The grants on the company tables that a function has not used. */
export const companyGrantsLeft = (runtime: TestRuntime, functionName: string): string[] =>
  grantsLeft(runtime)
    .filter((grant) => grant.functionName === functionName)
    .map(({ action, resource }) => `${action} ${resource}`)
    // Without the grants that every route for signed-in people has, for access bases other than relations.
    .filter((grant) => /Taxpayers|Relationships/.test(grant) && !grant.includes('BatchGetItem'));
