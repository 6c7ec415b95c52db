import { mobile, type Sample } from '../../support/people.ts';
import { codeFor, expectStatus, type TestRuntime } from '../../support/runtime.ts';

/** A complete 找回手机号码 (PHN-4); returns the person as they log in now, with the new number. */
export async function recoverPhone<T extends Sample>(
  runtime: TestRuntime,
  who: T,
  newPhone = mobile(),
): Promise<T> {
  const { name, documentType, documentNumber, password } = who;
  const body = { name, documentType, documentNumber, password, newPhone };
  const { recoveryId } = expectStatus(await runtime.http('POST', '/v1/phone-recoveries', body), 201).body;
  const path = `/v1/phone-recoveries/${recoveryId}`;
  expectStatus(await runtime.http('POST', `${path}/sms`), 202);
  const smsCode = await codeFor(runtime, newPhone);
  expectStatus(await runtime.http('POST', `${path}/complete`, { smsCode }), 204);
  return { ...who, phone: newPhone };
}
