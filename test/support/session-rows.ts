import { newHandle } from '#crypto/random.ts';
import type { Relation } from '#store/companies/relations.ts';
import type { Db } from '#store/dynamodb/tables.ts';
import type { AccessBasis } from '#store/sessions/access-basis.ts';
import type { ActsAs, Session } from '#store/sessions/session-row.ts';
import { putRows, sealedNameOf } from './in-process.ts';
import { type Named, seconds } from './step-fixtures.ts';

/** A session in a browser. The person has just passed a factor. */
export const sessionRow = ({ personKey, name }: Named, facts: Partial<Session> = {}): Session => ({
  sessionId: newHandle(),
  personKey,
  channel: 'web',
  identity: { kind: 'natural' },
  identityVersion: 1,
  sealedName: sealedNameOf(personKey, name),
  realNameLevel: 4,
  startedAt: seconds,
  lastSeenAt: seconds,
  expiresAt: seconds + 600,
  factorAt: seconds,
  browser: '',
  address: '',
  refreshHash: 'x',
  turnedAt: [],
  ...facts,
});
export async function storeSession(db: Db, who: Named, facts: Partial<Session> = {}): Promise<Session> {
  const session = sessionRow(who, facts);
  await putRows(db, 'Sessions', session);
  return session;
}

/** What a session acts as in a company, by this relation. */
export const acting = (relation: Relation): Extract<ActsAs, { company: AccessBasis }> => ({
  identity: {
    kind: 'enterprise',
    taxpayerId: relation.taxpayerId ?? '',
    taxpayerName: relation.taxpayerName,
    role: relation.role,
    permissions: [...relation.permissions],
  },
  company: {
    by: 'relation',
    companyKey: relation.companyKey,
    role: relation.role,
    authorizationId: relation.authorizationId,
  },
});
