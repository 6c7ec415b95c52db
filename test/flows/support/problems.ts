import { expect } from 'vitest';
import { problemStatus } from '#domain/problem.ts';
import type { Loose, Reply } from '../../support/client.ts';

const innards =
  /node_modules|node:internal|\bat [\w.<>]+ \(|\.[cm]?[jt]s\b:\d+|LAMBDA|TypeError|SyntaxError|RangeError|ECONN|undefined|\[object/;

/**
 * Checks that a refusal is as docs/api.md promises: problem+json with a stable code, Chinese text for the person, and
 * nothing internal.
 */
export function expectProblem(reply: Reply<Loose>, what = ''): void {
  const said = `${what} → ${reply.status} ${JSON.stringify(reply.body)}`.slice(0, 600);
  expect(reply.status, said).toBeGreaterThanOrEqual(400);
  expect(reply.status, said).toBeLessThan(500);
  expect(reply.headers.get('content-type'), said).toBe('application/problem+json; charset=utf-8');
  expect(reply.headers.get('cache-control'), said).toBe('no-store');
  const { type, title, status, code, traceId } = reply.body;
  expect(problemStatus[code as keyof typeof problemStatus], said).toBe(reply.status);
  expect(status, said).toBe(reply.status);
  expect(type, said).toBe(`/problems/${code.toLowerCase().replaceAll('_', '-')}`);
  expect(title, said).toMatch(/\p{Script=Han}/u);
  expect(traceId, said).toMatch(/^[\w-]{8,}$/);
  expect(JSON.stringify(reply.body), said).not.toMatch(innards);
}

/** Checks that the answer is an answer of the contract or a refusal, and never a failure of ours. */
export function expectNoFailure(reply: Reply<Loose>, what = ''): void {
  if (reply.status >= 400) expectProblem(reply, what);
}
