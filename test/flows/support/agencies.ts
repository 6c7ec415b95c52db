import type { Loose, Reply } from '../../support/client.ts';
import { creditCode } from '../../support/credit-codes.ts';
import type { Sample } from '../../support/people.ts';
import { enterPassword, expectStatus, type TestRuntime } from '../../support/runtime.ts';
import { type Known, knownPerson } from '../../support/watched.ts';
import { companyLine, companyOf, feed } from './registry.ts';
import { inCompany, passFace } from './relations.ts';
import { claimed } from './staff.ts';

export { claimed };

/** Days around the tests' morning, 2027-03-02. */
export const yesterday = '2027-03-01';
export const today = '2027-03-02';
export const tomorrow = '2027-03-03';
export const yearsEnd = '2027-12-31';

export const staffLine = (agencyId: string, agents: readonly Sample[], facts: object = {}) => ({
  type: 'agency-staff',
  agencyId,
  agents: agents.map(claimed),
  ...facts,
});
let agreements = 0;
export const agreementLine = (
  agencyId: string,
  clientId: string,
  agents: readonly Sample[],
  facts: object = {},
) => ({
  type: 'agreement',
  agreementId: `AG-${Date.now().toString(36)}-${++agreements}`,
  agencyId,
  clientId,
  agents: agents.map(claimed),
  items: ['tax-declaration'],
  from: '2027-01-01',
  until: yearsEnd,
  ...facts,
});

/** Feeds lines without a check; the report says which lines were accepted. */
export const reported = async (runtime: TestRuntime, ...lines: object[]): Promise<Loose> =>
  expectStatus(
    await runtime.http('POST', '/local/registry', lines.map((line) => JSON.stringify(line)).join('\n')),
    200,
  ).body;

export type Api = (method: string, path: string, body?: unknown) => Promise<Reply<Loose>>;
export const apiOf =
  (runtime: TestRuntime, token: string): Api =>
  (method, path, body) =>
    runtime.http(method, path, body, { token });

export interface Firm {
  readonly id: string;
  readonly boss: Known;
  /** Calls of the legal representative, who is logged in through `enterprise`. */
  readonly api: Api;
}
/** An active company whose legal representative is logged in. */
export async function firm(runtime: TestRuntime, facts: object = {}): Promise<Firm> {
  const boss = await knownPerson(runtime);
  const id = await companyOf(runtime, boss, facts);
  const { token } = await inCompany(runtime, boss, id);
  return { id, boss, api: apiOf(runtime, token) };
}
export const agencyFirm = (runtime: TestRuntime, facts: object = {}) =>
  firm(runtime, { subject: ['agency', 'enterprise'], name: '徽州税务师事务所', ...facts });

/** A company for which nobody is logged in. */
export async function client(runtime: TestRuntime, facts: object = {}): Promise<string> {
  const id = creditCode();
  await feed(runtime, companyLine(id, { name: '黄山毛峰有限公司', ...facts }));
  return id;
}

/** Passes both factors at `agency`; returns the answer of `verify`. */
export async function atAgency(runtime: TestRuntime, who: Sample, agencyId: string) {
  const reply = expectStatus(
    await enterPassword(runtime, who.documentNumber, who.password, 'agency', { taxpayerId: agencyId }),
    201,
  );
  return passFace(runtime, reply.body.loginId);
}
/** A session at `agency`. */
export async function agentAt(runtime: TestRuntime, who: Sample, agencyId: string) {
  const reply = expectStatus(await atAgency(runtime, who, agencyId), 200);
  const { session } = reply.body;
  return {
    session,
    token: session.accessToken as string,
    cookie: reply.cookie ?? '',
    api: apiOf(runtime, session.accessToken),
  };
}

/** Switches to a client; returns the calls of the session after the switch. */
export async function goTo(runtime: TestRuntime, api: Api, taxpayerId: string) {
  const reply = expectStatus(await api('POST', '/v1/session/client', { taxpayerId }), 200);
  const { session } = reply.body;
  return { session, token: session.accessToken as string, api: apiOf(runtime, session.accessToken) };
}

/** The body with which an agency enters an agreement. */
export const entering = (clientId: string, agents: readonly object[], facts: object = {}) => ({
  clientId,
  agents,
  items: ['tax-declaration', 'consulting'],
  from: today,
  until: yearsEnd,
  ...facts,
});
/** Enters an agreement and returns its id. */
export const entered = async (
  from: Firm,
  clientId: string,
  agents: readonly Sample[],
  facts: object = {},
): Promise<string> =>
  expectStatus(
    await from.api('POST', '/v1/agency/agreements', entering(clientId, agents.map(claimed), facts)),
    201,
  ).body.agreementId;

export const agreementsOf = async (
  { api }: Pick<Firm, 'api'>,
  side: 'agency' | 'enterprise',
): Promise<Loose[]> => {
  const all: Loose[] = [];
  for (let cursor = ''; ; ) {
    const { body } = expectStatus(await api('GET', `/v1/${side}/agreements${cursor}`), 200);
    all.push(...body.agreements);
    if (body.cursor === undefined) return all;
    cursor = `?cursor=${encodeURIComponent(body.cursor)}`;
  }
};

/** The `code` of a refusal, or the status. */
export const said = ({ status, body }: Reply<Loose>): string => body?.code ?? String(status);
