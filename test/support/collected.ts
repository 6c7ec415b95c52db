import { person, type Sample } from './people.ts';
import { enterPassword, expectStatus, fillProfile, startRegistration, type TestRuntime } from './runtime.ts';

export const documentKind = (documentType: string) => ({ kind: 'document', documentType });

/** A person with an office-first document who was collected at a hall and registered, and the id of an open login. */
export async function collected(
  runtime: TestRuntime,
  documentType: string,
  documentNumber: string,
): Promise<Sample & { readonly loginId: string }> {
  const who: Sample = { ...person(), documentType, documentNumber, password: 'Huaibei!3926' };
  const { name, phone } = who;
  const line = {
    type: 'collection',
    version: 1,
    person: { name, documentType, documentNumber },
    phone,
    officer: '3401001',
  };
  const report = expectStatus(await runtime.http('POST', '/local/registry', JSON.stringify(line)), 200).body;
  if (report.accepted !== 1) throw new Error(JSON.stringify(report));
  const id = await startRegistration(runtime, who);
  expectStatus(await fillProfile(runtime, id, who), 200);
  expectStatus(await runtime.http('POST', `/v1/registrations/${id}/complete`), 201);
  const accountKind = documentKind(documentType);
  const login = await enterPassword(runtime, documentNumber, who.password, 'natural', { accountKind });
  return { ...who, loginId: expectStatus(login, 201).body.loginId };
}
