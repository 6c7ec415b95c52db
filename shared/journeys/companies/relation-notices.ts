import type { Role } from '#domain/names.ts';
import type { RelationNotice } from '#gateways/sms/text.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Relation } from '#store/companies/relations.ts';
import { defaultPhone } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import { reserveCompanyNotice } from '#store/sms/company-notices.ts';
import { notifyBySms } from '../people/notices.ts';

/** The bureau's own names of the five roles (REL-1). */
export const roleNames: Readonly<Record<Role, string>> = {
  'legal-representative': '法定代表人',
  'finance-head': '财务负责人',
  'tax-handler': '办税员',
  'invoice-clerk': '开票员',
  'tax-agent': '涉税代理人员',
};

/**
 * Informs the person by SMS of what the other side did to their relation (REL-8), but not again and again (SMS-4). A
 * failure is ignored, because the change is done and stands in the person's history. The SMS is in Chinese, because the
 * language of the call is the other side's.
 */
export async function notifyHolder(
  ctx: FlowContext,
  call: AnyCall,
  relation: Pick<Relation, 'personKey' | 'companyKey' | 'taxpayerName' | 'role'>,
  kind: RelationNotice,
): Promise<void> {
  const [person, isDue] = await Promise.all([
    findPerson(ctx.db, relation.personKey).catch(() => undefined),
    reserveCompanyNotice(ctx.db, relation, kind, call.now, ctx.settings.policies).catch(() => false),
  ]);
  if (!isDue) return;
  const about = `${relation.taxpayerName}（${roleNames[relation.role]}）`;
  await notifyBySms(ctx, { ...call, language: 'zh' }, person && defaultPhone(person), kind, about);
}
