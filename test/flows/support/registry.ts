import { creditCode } from '../../support/credit-codes.ts';
import type { Sample } from '../../support/people.ts';
import { expectStatus, type TestRuntime } from '../../support/runtime.ts';

let version = 0;
/** Feeds registry lines, each with a newer version than all lines before; fails if one is refused. */
export async function feed(runtime: TestRuntime, ...lines: object[]): Promise<void> {
  const body = lines.map((line) => JSON.stringify({ version: ++version, ...line })).join('\n');
  const reply = expectStatus(await runtime.http('POST', '/local/registry', body), 200);
  if (reply.body.accepted !== lines.length) throw new Error(JSON.stringify(reply.body));
}

export const companyLine = (taxpayerId: string, facts: object = {}) => ({
  type: 'taxpayer',
  taxpayerId,
  name: '合肥徽香茶业有限公司',
  subject: 'enterprise',
  state: 'active',
  ...facts,
});
export const representativeLine = (
  taxpayerId: string,
  { name, documentType, documentNumber }: Sample,
  facts: object = {},
) => ({
  type: 'legal-representative',
  taxpayerId,
  person: { name, documentType, documentNumber },
  ...facts,
});

/** An active company whose legal representative is this person. */
export async function companyOf(runtime: TestRuntime, who: Sample, facts: object = {}): Promise<string> {
  const taxpayerId = creditCode();
  await feed(runtime, companyLine(taxpayerId, facts), representativeLine(taxpayerId, who));
  return taxpayerId;
}
