import { isoShanghai } from '#domain/days.ts';
import { openCursor, sealCursor } from '#journeys/cursors.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { historyPage } from '#store/audit/audit-events.ts';
import type { account } from './contract.ts';

const pageSize = 20;

/**
 * The members of an event's detail that the person sees: codes and masked values. Transaction numbers and officers are
 * for the bureau only.
 */
const shown = new Set([
  'again',
  'agency',
  'agencyName',
  'agents',
  'agreementId',
  'audience',
  'browser',
  'cancelled',
  'client',
  'company',
  'consents',
  'direction',
  'entry',
  'first',
  'from',
  'identity',
  'items',
  'kind',
  'level',
  'lifted',
  'locality',
  'matter',
  'office',
  'method',
  'outcome',
  'permissions',
  'phone',
  'reportNo',
  'purpose',
  'realNameLevel',
  'reason',
  'replaced',
  'reportNo',
  'role',
  'startedBy',
  'state',
  'subject',
  'takenOver',
  'taxpayer',
  'taxpayerId',
  'taxpayerName',
  'to',
  'until',
  'validUntil',
  'version',
]);

/** The person's own security history (SES-4): one query per page, on the person's own partition. */
export const showActivity: StepOf<typeof account, 'activity'> = async (ctx, call) => {
  const { personKey } = call.caller.session;
  const list = `activity/${personKey}`;
  const after = openCursor(ctx, list, call.query.cursor);
  const { events, next } = await historyPage(ctx.db, personKey, pageSize, after);
  return ok({
    events: events.map(({ at, kind, outcome, channel, address, detail }) => ({
      at: isoShanghai(new Date(at)),
      kind,
      outcome,
      channel,
      address,
      detail: Object.fromEntries(Object.entries(detail ?? {}).filter(([name]) => shown.has(name))),
    })),
    ...(next ? { cursor: sealCursor(ctx, list, next) } : {}),
  });
};
