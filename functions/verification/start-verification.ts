import { personKey } from '#crypto/keys.ts';
import { channelMay } from '#domain/channels.ts';
import { shanghaiDay } from '#domain/days.ts';
import { parseDocument } from '#domain/people/documents.ts';
import { normaliseName } from '#domain/people/person-names.ts';
import { Problem } from '#domain/problem.ts';
import { auditPut } from '#journeys/audit.ts';
import { startStandaloneFaceScan } from '#journeys/factors/scans.ts';
import { knownMatter } from '#journeys/factors/step-up-proof.ts';
import { requireNameOrCountMiss } from '#journeys/factors/tries.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { isRegistered, refuseSuspended } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import type { verification } from './contract.ts';

/**
 * STP-3: the person in front of a terminal or counter scans with either app or a mini program, whatever the matter's
 * class. The scan and the audit record who asked (CHN-1), even if nobody ever scans.
 */
export const startVerification: StepOf<typeof verification, 'start'> = async (ctx, call) => {
  const { channel, officer, office } = call.caller.assertion;
  if (!channelMay(channel, 'start-step-up', ctx.settings)) throw new Problem('CHANNEL_NOT_ALLOWED');
  const { matter, audience } = knownMatter(ctx, call.body);
  const { person: shown, nonce } = call.body;
  const number = parseDocument(shown.documentType, shown.documentNumber, shanghaiDay(call.now));
  const name = normaliseName(shown.name);
  const person = await findPerson(ctx.db, personKey(ctx.keys, shown.documentType, number));
  if (!isRegistered(person)) throw new Problem('USER_NOT_REGISTERED');
  const by = {
    ...(officer === undefined ? {} : { officer }),
    ...(office === undefined ? {} : { office }),
  };
  // A channel that signs its calls gets no challenge; its tries count for the document all the same (REG-9).
  await requireNameOrCountMiss(
    ctx,
    call,
    { name },
    person,
    { personKey: person.personKey, solved: true },
    by,
  );
  refuseSuspended(person);
  const startedBy = { channel, ...by };
  const asked = { matter: matter.code, audience: audience.code };
  const scan = await startStandaloneFaceScan(
    ctx,
    call,
    person,
    {
      purpose: 'verification',
      action: 'scan-counter',
      stepUp: { ...asked, ...(nonce === undefined ? {} : { nonce }), startedBy },
    },
    [
      auditPut(ctx, call, person.personKey, 'step-up', 'success', {
        ...asked,
        started: true,
        ...by,
      }),
    ],
  );
  return ok(scan);
};
