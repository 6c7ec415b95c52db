import type { Sample } from '../../support/people.ts';
import type { TestRuntime } from '../../support/runtime.ts';

/** Registry lines with explicit versions, for tests about the order of versions. */
export const taxpayer = (taxpayerId: string, version = 1, facts: object = {}) => ({
  type: 'taxpayer',
  version,
  taxpayerId,
  name: '合肥春晓科技有限公司',
  subject: 'enterprise',
  state: 'active',
  ...facts,
});

export const legalRepresentative = (taxpayerId: string, who: Sample, version = 1, facts: object = {}) => ({
  type: 'legal-representative',
  version,
  taxpayerId,
  person: { name: who.name, documentType: who.documentType, documentNumber: who.documentNumber },
  ...facts,
});

/** Feeds lines in their order; the report says which lines were accepted. */
export const feed = (runtime: TestRuntime, ...lines: object[]) =>
  runtime.registry(lines.map((line) => JSON.stringify(line)).join('\n'));

/** One list of the person's own authorizations. */
export const authorizationsOf = (runtime: TestRuntime, token: string, state: string, cursor?: string) =>
  runtime.http(
    'GET',
    `/v1/authorizations?state=${state}${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    undefined,
    { token },
  );
