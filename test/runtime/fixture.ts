import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { type Runtime, type RuntimeOptions, startRuntime } from '../../infra/local/runtime.ts';

export const fixtureAssembly = fileURLToPath(new URL('./fixtures/assembly', import.meta.url));

/** The local runtime with the hand-written assembly in fixtures/. */
export const startFixture = (options: Partial<RuntimeOptions> = {}): Promise<Runtime> =>
  startRuntime({
    inMemory: true,
    assemblyDir: fixtureAssembly,
    dynamodbEndpoint: inject('dynamodbEndpoint'),
    quiet: true,
    ...options,
  });

export interface Outcome {
  readonly ok: boolean;
  readonly answer?: Record<string, unknown>;
  readonly attempts?: number;
  readonly name?: string;
  readonly reasons?: { Code: string }[];
}
export interface Call {
  readonly op: string;
  readonly input: object;
}

/** Lets a function make DynamoDB calls: the steps one after the other, the calls of a step in parallel. */
export async function steps(
  runtime: Runtime,
  list: readonly (readonly Call[])[],
  path = '/probe',
): Promise<Outcome[][]> {
  const answer = await fetch(runtime.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ do: 'steps', steps: list }),
  });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Outcome[][];
}

export const call = async (runtime: Runtime, list: Call, path?: string): Promise<Outcome> => {
  const [[outcome] = []] = await steps(runtime, [[list]], path);
  if (!outcome) throw new Error('No outcome');
  return outcome;
};

export const table = 'fixture-Things';
export const get = (pk: string): Call => ({
  op: 'GetItem',
  input: { TableName: table, Key: { pk: { S: pk } } },
});
export const put = (pk: string): Call => ({
  op: 'PutItem',
  input: { TableName: table, Item: { pk: { S: pk } } },
});

/** Asks the probe function for another action. */
export async function probe(
  runtime: Runtime,
  body: object,
  path = '/probe',
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(runtime.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}
