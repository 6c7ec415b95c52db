import { randomUUID } from 'node:crypto';
import { dynamoDbClient } from '../../infra/local/emulators/dynamodb-client.ts';
import { startDynamoDbLocal } from '../../infra/local/emulators/dynamodb-local.ts';
import { createTables } from '../../infra/local/emulators/tables.ts';
import type { RelyingPartyInput } from '../../shared/contract/relying-parties.ts';
import { type Synthesized, synthesizeLocal } from '../assembly.ts';
import { progress } from '../print.ts';
import { pinning, pinSelf } from './child.ts';
import type { OursSetup } from './ours.ts';
import { type Person, seedPeople } from './people.ts';
import { type BenchSecrets, makeSecrets, type Stubs, startStubs } from './stubs.ts';

/** Everything that the measured processes need around them. */
export interface Ground {
  readonly people: Person[];
  readonly stubs: Stubs;
  readonly secrets: BenchSecrets;
  readonly ours: { setup: OursSetup; env: Readonly<Record<string, string>> };
  readonly synthesized: Synthesized;
  readonly core: string | undefined;
  stop(): Promise<void>;
}

/**
 * Starts DynamoDB Local with the template's tables, the secrets, the outbox and registered people, on all cores except
 * the measured one.
 * @param measured short names of the functions that one process runs
 */
export async function prepare(
  people: number,
  measured: readonly string[] = ['login'],
  relyingParties?: readonly RelyingPartyInput[],
): Promise<Ground> {
  const pinned = pinning();
  if (pinned) pinSelf(pinned.rest);
  const secrets = await makeSecrets();
  const stubs = await startStubs(secrets);
  const local = await startDynamoDbLocal();
  const synthesized = await synthesizeLocal(stubs.origin, relyingParties);
  const { app } = synthesized;
  const namespace = `bench${randomUUID().replaceAll('-', '')}`;
  await createTables(dynamoDbClient(local.endpoint, namespace, app.environment.region), app.tables);
  const functions = measured.map((name) => {
    const found = app.functions.find((model) => model.shortName === name);
    if (!found) throw new Error(`The template has no function ${name}`);
    return found;
  });
  const [{ directory: root = '' } = {}] = functions;
  const names = new Set(functions.map(({ name }) => name));
  const users = app.functions.find((model) => model.shortName === 'login')?.environment;
  const env = {
    // The variables of the login name the tables to which people are written.
    ...users,
    ...Object.assign({}, ...functions.map(({ environment }) => environment)),
    LAMBDA_TASK_ROOT: root,
    AWS_REGION: app.environment.region,
    // DynamoDB Local keeps separate data for each access key.
    AWS_ACCESS_KEY_ID: namespace,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: local.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: stubs.origin,
    AWS_ENDPOINT_URL_KMS: stubs.origin,
    AWS_ENDPOINT_URL_OUTBOX: stubs.origin,
  };
  Object.assign(process.env, env);
  progress(`writing ${people} registered people`);
  const seeded = await seedPeople(people, secrets);
  return {
    people: seeded,
    stubs,
    secrets,
    ours: {
      setup: {
        functions: functions.map(({ name, directory, handler }) => ({ name, directory, handler })),
        routes: app.routes.filter((route) => names.has(route.functionName)),
      },
      env,
    },
    synthesized,
    core: pinned?.server,
    stop: async () => {
      stubs.stop();
      await local.stop();
      await synthesized.remove();
      if (pinned) pinSelf(`0-${pinned.rest.split('-').at(-1)}`);
    },
  };
}
