/**
 * `npm run smoke -- --url https://…`: whether people can log in to a deployed stage or the local runtime. For the local
 * runtime it uses a demo person. Elsewhere `--account` names a test person, SMOKE_PASSWORD holds the password, and
 * `--code-url` is the page of the SMS receiver that shows the newest code of its number.
 */
import { parseArgs } from 'node:util';
import { codeAt, SmokeFailure, smoke, type Visitor } from './journey.ts';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:3000' },
    account: { type: 'string' },
    'code-url': { type: 'string' },
  },
});
const url = values.url.replace(/\/$/, '');

interface DemoBook {
  password: string;
  people: { phone: string; password?: string; logins: { entry: string }[] }[];
}

/** A person of the local runtime who logs in as a natural person with password and code. */
async function demoVisitor(): Promise<Visitor | undefined> {
  const answer = await fetch(`${url}/local/demo`, { signal: AbortSignal.timeout(10_000) }).catch(
    () => undefined,
  );
  if (answer?.status !== 200 || !answer.headers.get('content-type')?.includes('json')) return undefined;
  const { people } = (await answer.json()) as DemoBook;
  const found = people.find(
    ({ password, logins }) => password && logins.some(({ entry }) => entry === 'natural'),
  );
  if (!found?.password) return undefined;
  return {
    account: found.phone,
    password: found.password,
    code: codeAt(`${url}/local/sms?phone=${found.phone}`),
  };
}

function givenVisitor(account: string): Visitor {
  const password = process.env.SMOKE_PASSWORD;
  if (!password) throw new SmokeFailure('password', 'SMOKE_PASSWORD is not set');
  const codeUrl = values['code-url'];
  return { account, password, code: codeUrl ? codeAt(codeUrl) : undefined };
}

try {
  const visitor = values.account ? givenVisitor(values.account) : await demoVisitor();
  const steps = await smoke(url, visitor);
  for (const { name, milliseconds } of steps) console.log(`ok ${name} (${milliseconds} ms)`);
  console.log(`smoke passed: ${steps.length} steps at ${url}${visitor?.code ? '' : ', no login to its end'}`);
} catch (error) {
  console.error(`smoke failed at ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
