import { type Runtime, startRuntime } from '../infra/local/runtime.ts';
import { legalRepresentative, taxpayer } from '../test/flows/support/feed-lines.ts';
import { clientOf, type Loose } from '../test/support/client.ts';
import { creditCode } from '../test/support/credit-codes.ts';
import { person, type Sample } from '../test/support/people.ts';
import { progress, say, table, title } from './print.ts';

const manyCompanies = 200;
const manyStaff = 500;

/**
 * Part `companies`: calls and units for a person with one company and for a person with 200 companies, and for a
 * company with 500 people.
 */
export async function showCompanies(): Promise<void> {
  title(`Companies: a person with ${manyCompanies}, a company with ${manyStaff} people`);
  const runtime = await startRuntime({ inMemory: true, quiet: true, portal: false });
  try {
    const [one, many] = [person(), person()];
    const [small, ...companies] = Array.from({ length: manyCompanies + 1 }, creditCode) as [
      string,
      ...string[],
    ];
    const [large = ''] = companies;
    progress('feeding companies and people');
    await feed(runtime, [
      ...[one, many].map((who) => ({
        type: 'collection',
        version: 1,
        person: named(who),
        phone: who.phone,
        officer: '1',
      })),
      ...[small, ...companies].map((id) => taxpayer(id)),
      legalRepresentative(small, one),
      ...companies.map((id) => legalRepresentative(id, many)),
      ...Array.from({ length: manyStaff }, () => ({
        type: 'tax-handler',
        version: 1,
        taxpayerId: large,
        person: named(person()),
      })),
    ]);
    await register(runtime, one);
    await register(runtime, many);
    const rows = [
      ...(await journey(runtime, one, small, 'one company')),
      ...(await journey(runtime, many, large, `${manyCompanies} companies, ${manyStaff} people`)),
    ];
    table(['route', 'with', 'calls', 'longest chain', 'read units', 'write units'], rows);
    say('\nThe staff list and the list of authorisations are one page each.');
  } finally {
    await runtime.stop();
  }
}

export const named = ({ name, documentType, documentNumber }: Sample) => ({
  name,
  documentType,
  documentNumber,
});

export async function feed(runtime: Runtime, lines: readonly object[]): Promise<void> {
  const report = await runtime.registry(lines.map((line) => JSON.stringify(line)).join('\n'));
  if (report.rejected.length > 0) throw new Error(JSON.stringify(report.rejected.slice(0, 3)));
}

export const codeFor = (runtime: Runtime, phone: string): string =>
  runtime.sms(phone).find((sent) => sent.code)?.code ?? '';

/** Registers a person whom a hall has recorded, so that no face check is needed (REG-2). */
export async function register(runtime: Runtime, who: Sample): Promise<void> {
  const http = clientOf(runtime.url);
  const started = await http('POST', '/v1/registrations', { ...named(who), consents: ['privacy'] });
  const path = `/v1/registrations/${started.body.registrationId}`;
  await http('POST', `${path}/sms`, { phone: who.phone });
  await http('PUT', `${path}/profile`, {
    phone: who.phone,
    smsCode: codeFor(runtime, who.phone),
    password: who.password,
  });
  const done = await http('POST', `${path}/complete`);
  if (done.status !== 201) throw new Error(JSON.stringify(done.body));
  runtime.clock.advance(61);
}

async function journey(runtime: Runtime, who: Sample, taxpayerId: string, label: string): Promise<Loose[][]> {
  const http = clientOf(runtime.url);
  runtime.resetUsage();
  const started = await http('POST', '/v1/logins', {
    entry: 'enterprise',
    taxpayerId,
    account: who.documentNumber,
    password: who.password,
  });
  const path = `/v1/logins/${started.body.loginId}`;
  await http('POST', `${path}/sms`);
  const opened = await http('POST', `${path}/verify`, { smsCode: codeFor(runtime, who.phone) });
  const token = opened.body.session?.accessToken;
  if (!token) throw new Error(JSON.stringify(opened.body));
  for (const list of [
    '/v1/session/identities',
    '/v1/enterprise/staff?state=pending',
    '/v1/authorizations?state=active',
  ]) {
    const reply = await http('GET', list, undefined, { token });
    if (reply.status !== 200) throw new Error(`${list} ${JSON.stringify(reply.body)}`);
  }
  return Object.values(runtime.usage()).flatMap(({ routes }) =>
    Object.entries(routes).map(([route, usage]) => [
      route,
      label,
      usage.calls,
      usage.longestChain,
      usage.readUnits,
      usage.writeUnits,
    ]),
  );
}
