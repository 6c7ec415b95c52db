import { createHash } from 'node:crypto';
import { arrayOf, objectOf } from '../local/http/json.ts';
import { taxpayerIdOf } from './companies.ts';
import { type DemoClient, openDemoClient, type Reply } from './demo-client.ts';
import { counterRelations, demoLines } from './lines.ts';
import { demoPerson, named, type PersonKey, people, personKeys } from './people.ts';

/** The steps of loading that failed, in words; empty if everybody was created. */
export type DemoProblems = readonly string[];

/** Changes whenever the people, companies or relations change: an earlier load is then completed. */
export const demoVersion = (): string =>
  createHash('sha256')
    .update(JSON.stringify([people, demoLines, counterRelations]))
    .digest('hex')
    .slice(0, 16);

/**
 * Creates the demo people and companies through the public routes only: registry lines, registrations with code and
 * face, the hall counter. What exists already stays as it is, so loading again does no harm; a failure does not keep
 * the others from being created.
 */
export async function loadDemo(url: string, signal: AbortSignal): Promise<DemoProblems> {
  const client = openDemoClient(url, signal);
  const problems: string[] = [];
  const attempt = async (what: string, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      signal.throwIfAborted();
      problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  await attempt('registry lines', async () => {
    const { rejected } = expected(await client.feed(demoLines), 200);
    for (const one of arrayOf(rejected)) {
      const { line, code, message } = objectOf(one);
      const { type } = objectOf(demoLines[Number(line) - 1]);
      problems.push(`registry line ${String(type)}: ${String(code)} ${String(message)}`);
    }
  });
  const joining = personKeys.filter((key) => ['online', 'hall'].includes(demoPerson(key).account));
  await Promise.all(joining.map((key) => attempt(demoPerson(key).name, () => register(client, key))));
  await Promise.all(
    counterRelations.map(({ at, who, role }) =>
      attempt(`${demoPerson(who).name} ${role}`, () => enterAtCounter(client, at, who, role)),
    ),
  );
  return problems;
}

function expected(reply: Reply, ...fine: readonly (number | string)[]): Reply['body'] {
  const { status, body } = reply;
  if (!fine.includes(status) && !fine.includes(String(body.code)))
    throw new Error(`${status} ${String(body.code ?? '')} ${String(body.detail ?? body.title ?? '')}`.trim());
  return body;
}

/** REG-1 with the phone's code, and the face check unless a hall has seen the person. */
async function register(client: DemoClient, key: PersonKey): Promise<void> {
  const { phone, username, password, account } = demoPerson(key);
  const consents = account === 'hall' ? ['privacy'] : ['privacy', 'face'];
  const begun = await client.call('POST', '/v1/registrations', { ...named(key), consents });
  const { registrationId, code } = expected(begun, 201, 'ALREADY_REGISTERED');
  if (code === 'ALREADY_REGISTERED') return;
  const path = `/v1/registrations/${String(registrationId)}`;
  expected(await client.call('POST', `${path}/sms`, { phone }), 202);
  const profile = {
    phone,
    smsCode: await client.codeFor(phone),
    password,
    ...(username ? { username } : {}),
  };
  expected(await client.call('PUT', `${path}/profile`, profile), 200);
  if (account !== 'hall') await showFace(client, expected(await client.call('POST', `${path}/face`), 201));
  expected(await client.call('POST', `${path}/complete`), 201);
}

async function showFace(client: DemoClient, { qrContent }: Reply['body']): Promise<void> {
  const scanned = expected(await client.by('ahtax-app', '/v1/channel/scans', { qrContent }), 200);
  const path = `/v1/channel/scans/${String(scanned.ticket)}`;
  const { token } = expected(await client.by('ahtax-app', `${path}/face`, {}), 200);
  const { passed } = expected(await client.by('ahtax-app', `${path}/face-result`, { token }), 200);
  if (passed !== true) throw new Error('the face check did not pass');
}

/** ENT-3: the person stands in front of the officer, so the relation is active at once. */
async function enterAtCounter(
  client: DemoClient,
  at: (typeof counterRelations)[number]['at'],
  who: PersonKey,
  role: string,
): Promise<void> {
  const { documentType, documentNumber } = named(who);
  const body = { taxpayerId: taxpayerIdOf(at), person: named(who), role };
  const counter = {
    officer: '340101',
    office: '合肥市政务服务中心',
    person: { documentType, documentNumber },
  };
  expected(await client.by('hall', '/v1/hall/relations', body, counter), 201, 'RELATION_EXISTS');
}
