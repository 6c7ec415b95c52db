import type { FaultRule } from '../../infra/local/emulators/faults.ts';
import type { TestRuntime } from './runtime.ts';

/**
 * Lets something happen between the reads of a request and its write: the first transaction that matches `rule` waits
 * until `meanwhile` is done. Returns the answer of the request.
 */
export async function whileHeld<T>(
  runtime: Pick<TestRuntime, 'faults'>,
  rule: Omit<FaultRule, 'kind'>,
  request: () => Promise<T>,
  meanwhile: () => Promise<unknown>,
): Promise<T> {
  const id = runtime.faults.add({ action: 'TransactWriteItems', ...rule, kind: 'hold' });
  const held = runtime.faults.held(id);
  const answer = request();
  await held;
  try {
    await meanwhile();
  } finally {
    runtime.faults.release(id);
  }
  return answer;
}
