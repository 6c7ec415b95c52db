import * as v from 'valibot';
import { person } from '#contract/schemas.ts';
import { readAgents } from '#journeys/agencies/agents.ts';
import { staffFormAudits } from '#journeys/agencies/form-audits.ts';
import { putStaffForm } from '#journeys/agencies/put-staff-form.ts';
import { fromRegistry } from '#journeys/change-origin.ts';
import type { FlowContext } from '#runtime/context.ts';
import { allListed, findStaffForm, formIdOf } from '#store/agencies/staff-forms.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { readCompany, taxpayerId } from './companies.ts';
import type { LineResult } from './outcome.ts';
import { isStale, version } from './versions.ts';

/** `agency-staff`: the whole staff form of an agency, 《涉税专业服务机构（人员）基本信息采集表》 (AGY-1). */
export const agencyStaffLine = v.object({
  type: v.literal('agency-staff'),
  version,
  agencyId: taxpayerId,
  agents: v.pipe(v.array(person), v.maxLength(5000)),
});

/**
 * Replaces the agency's form; the agents may be unregistered, and the agency's own line may still be missing (ENT-3).
 */
export function importAgencyStaff(
  ctx: FlowContext,
  line: v.InferOutput<typeof agencyStaffLine>,
  now: Date,
): Promise<LineResult> {
  const { key: agencyKey, number } = readCompany(ctx, line.agencyId, 'agencyId');
  return retryOnConcurrentChange(async () => {
    const [form, rows] = await Promise.all([findStaffForm(ctx.db, agencyKey), allListed(ctx.db, agencyKey)]);
    if (isStale(form?.version, line)) return 'stale';
    const agents = await readAgents(
      ctx,
      line.agents.map((one, at) => ({ at, person: one })),
      now,
    );
    const before = rows.filter((row) => formIdOf(row) === form?.formId);
    await putStaffForm(
      ctx,
      {
        agencyKey,
        before: form,
        agents,
        version: line.version,
        writes: staffFormAudits(ctx, { ...number, companyKey: agencyKey }, before, agents, fromRegistry(now)),
      },
      now,
    );
    return 'accepted';
  });
}
