import { isoShanghai } from '#domain/days.ts';
import type { DocumentType } from '#domain/people/documents.ts';
import { maskDocument } from '#domain/people/masks.ts';
import { usernameChangeableFrom } from '#domain/people/usernames.ts';
import { startOwnFaceScan } from '#journeys/factors/scans.ts';
import { shownPhones, signedInPerson } from '#journeys/people/own-account.ts';
import { maskedNameOf, numberOf } from '#journeys/people/personal-data.ts';
import { created, ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { Person } from '#store/people/person-row.ts';
import type { account } from './contract.ts';

/** USR-1: from when the username may be changed; null if it may be changed now. */
export function changeableFrom(
  person: Pick<Person, 'username' | 'usernameChangedAt'>,
  now: Date,
): string | null {
  const changedAt = person.usernameChangedAt;
  if (person.username === undefined || changedAt === undefined) return null;
  const from = usernameChangeableFrom(new Date(changedAt));
  return from && from > now ? isoShanghai(from) : null;
}

export const showAccount: StepOf<typeof account, 'show'> = async (ctx, call) => {
  const person = await signedInPerson(ctx, call);
  return ok({
    name: maskedNameOf(ctx, person),
    documentType: person.documentType as DocumentType,
    documentNumber: maskDocument(numberOf(ctx, person)),
    username: person.username ?? null,
    usernameChangeableFrom: changeableFrom(person, call.now),
    phones: shownPhones(ctx, person),
    realNameLevel: person.realNameLevel ?? 3,
    registeredAt: isoShanghai(new Date(person.account.since)),
    consents: (person.consents ?? []).map(({ kind, version, at }) => ({
      kind,
      version,
      at: isoShanghai(new Date(at)),
    })),
  });
};

/** LVL-2: a passed check raises the level and is also the face proof for one later call of this session (SES-5). */
export const startAccountFace: StepOf<typeof account, 'face'> = async (ctx, call) =>
  created(await startOwnFaceScan(ctx, call, await signedInPerson(ctx, call), call.body.for ?? 'account'));
