import { isoShanghai, shanghaiDay } from '#domain/days.ts';
import type { SmsWindowHint } from '#domain/factors/sms-window.ts';
import type { Entry } from '#domain/names.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { noticeFor } from '#runtime/messages/index.ts';
import { type OwnPhone, type Person, sessionFieldsOf } from '#store/people/person-row.ts';
import type { AgentAccessBasis } from '#store/sessions/access-basis.ts';
import type { LoginTicket } from '#store/tickets/ticket-kinds.ts';
import { newTicketPut } from '#store/tickets/tickets.ts';
import { maskedPhoneOf } from '../people/personal-data.ts';

/**
 * A login whose first factor was right (LGN-3): the write that opens its ticket, and the answer. Whichever way the
 * password was checked, the second factor is the same.
 */
export function loginTicketOpening(
  ctx: FlowContext,
  call: AnyCall,
  person: Person,
  login: {
    readonly entry: Entry;
    readonly companyKey: string | undefined;
    /** The company's term (ENT-4). */
    readonly companyTerm?: number | undefined;
    readonly companyTermSince?: string | undefined;
    /** The company's name, shown with the second factor (REL-11). */
    readonly taxpayerName?: string | undefined;
    /** The number that gets an SMS (LGN-6); absent if the person has none (LGN-5). */
    readonly phone: OwnPhone | undefined;
    readonly window?: SmsWindowHint;
    /** The access bases that may let the person in as tax agent (AGY-3). */
    readonly agentAt?: readonly AgentAccessBasis[];
  },
) {
  const { entry, companyKey, companyTerm, companyTermSince, taxpayerName, window, agentAt = [] } = login;
  // LGN-11: after an initial password, which many people may know, only the face is accepted.
  const isInitial = person.password?.initial === true;
  const phone = isInitial ? undefined : login.phone;
  const opened = newTicketPut<LoginTicket>(
    {
      kind: 'login',
      personKey: person.personKey,
      entry,
      ...(companyKey === undefined ? {} : { companyKey }),
      ...(companyTerm === undefined ? {} : { companyTerm }),
      ...(companyTermSince === undefined ? {} : { companyTermSince }),
      day: shanghaiDay(call.now),
      ...(person.passwordRev === undefined ? {} : { passwordRev: person.passwordRev }),
      ...(phone ? { phone: { phoneKey: phone.phoneKey, sealed: phone.sealed } } : {}),
      ...(isInitial ? { faceOnly: true as const } : {}),
      ...(companyKey === undefined && !isInitial ? { who: sessionFieldsOf(person) } : {}),
      ...(window ? { window } : {}),
      ...(agentAt.length > 0 ? { agentAt } : {}),
    },
    call.now,
    ctx.settings.policies.loginSeconds,
  );
  return {
    write: opened.write,
    answer: {
      loginId: opened.id,
      expiresAt: isoShanghai(opened.expiresAt),
      ...(taxpayerName === undefined ? {} : { taxpayerName }),
      secondFactors: [
        ...(phone ? [{ method: 'sms' as const, maskedPhone: maskedPhoneOf(ctx, phone) }] : []),
        { method: 'face' as const },
      ],
      notices: [
        ...(isInitial ? [noticeFor('PASSWORD_CHANGE_REQUIRED', call.language)] : []),
        ...(login.phone ? [] : [noticeFor('PHONE_EMPTY', call.language)]),
      ],
    },
  };
}
