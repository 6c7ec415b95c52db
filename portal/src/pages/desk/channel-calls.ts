import type { Role } from '#domain/names.ts';
import type { Order } from '#domain/people/orders.ts';
import { answer, bareApi } from '../../api/client.ts';
import { type Partner, type Person, signCall } from './local-api.ts';

/** The API calls of the phones, the terminal and the counter. */

const scans = '/v1/channel/scans' as const;
const ticketParams = (ticket: string) => ({ params: { path: { ticket } } });
const requestParams = (id: string) => ({ params: { path: { id } } });

export const scanCode = async (phone: Partner, qrContent: string) =>
  answer(
    bareApi.POST(scans, { body: { qrContent }, ...(await signCall(phone, 'POST', scans, { qrContent })) }),
  );
export type ScanDetails = Awaited<ReturnType<typeof scanCode>>;

/** The identity that the web takes over is the one of the assertion. */
export const confirmScan = async (phone: Partner, ticket: string) =>
  answer(
    bareApi.POST(`${scans}/{ticket}/confirm`, {
      ...ticketParams(ticket),
      body: {},
      ...(await signCall(phone, 'POST', `${scans}/${ticket}/confirm`, {})),
    }),
  );
export const cancelScan = async (phone: Partner, ticket: string) =>
  answer(
    bareApi.POST(`${scans}/{ticket}/cancel`, {
      ...ticketParams(ticket),
      ...(await signCall(phone, 'POST', `${scans}/${ticket}/cancel`)),
    }),
  );

/** Starts the face kit and reports that it is done, as an app does; the simulated provider decides the result. */
export async function passFaceCheck(phone: Partner, ticket: string) {
  const { token } = await answer(
    bareApi.POST(`${scans}/{ticket}/face`, {
      ...ticketParams(ticket),
      ...(await signCall(phone, 'POST', `${scans}/${ticket}/face`)),
    }),
  );
  return answer(
    bareApi.POST(`${scans}/{ticket}/face-result`, {
      ...ticketParams(ticket),
      body: { token },
      ...(await signCall(phone, 'POST', `${scans}/${ticket}/face-result`, { token })),
    }),
  );
}

const systems = '/v1/channel/sso' as const;
/** The request in the address of a page to which a tax system has sent somebody. */
export const ssoRequestIn = (content: string): string | undefined => /\/sso#([\w-]{32})$/.exec(content)?.[1];
/** Hands the phone's person over to the tax system that its web view shows (QR-1); returns the address. */
export const handOver = async (phone: Partner, id: string): Promise<string> =>
  (
    await answer(
      bareApi.POST(`${systems}/{id}`, {
        ...requestParams(id),
        ...(await signCall(phone, 'POST', `${systems}/${id}`)),
      }),
    )
  ).redirectTo;

export const readRelations = async (phone: Partner) =>
  (await answer(bareApi.GET('/v1/channel/relations', await signCall(phone, 'GET', '/v1/channel/relations'))))
    .relations;
export type Relation = Awaited<ReturnType<typeof readRelations>>[number];

export interface VerificationRequest {
  readonly matter: string;
  readonly audience: string;
  readonly person: Person;
}
export const startVerification = async (partner: Partner, body: VerificationRequest) =>
  answer(
    bareApi.POST('/v1/channel/verifications', {
      body,
      ...(await signCall(partner, 'POST', '/v1/channel/verifications', body)),
    }),
  );

export const collectPerson = async (
  counter: Partner,
  body: { person: Person; phone: string; formerName?: string },
) =>
  answer(
    bareApi.POST('/v1/hall/collections', {
      body,
      ...(await signCall(counter, 'POST', '/v1/hall/collections', body)),
    }),
  );

export interface NewRelation {
  readonly taxpayerId: string;
  readonly person: Person;
  readonly role: Role;
  readonly validUntil?: string;
}
export const addRelation = async (counter: Partner, body: NewRelation) =>
  answer(
    bareApi.POST('/v1/hall/relations', {
      body,
      ...(await signCall(counter, 'POST', '/v1/hall/relations', body)),
    }),
  );
export const endRelation = async (counter: Partner, authorizationId: string) =>
  answer(
    bareApi.DELETE('/v1/hall/relations/{authorizationId}', {
      params: { path: { authorizationId } },
      ...(await signCall(counter, 'DELETE', `/v1/hall/relations/${authorizationId}`)),
    }),
  );
export interface NewOrder {
  readonly person: Person;
  readonly order: Order;
  readonly reason: string;
  readonly approvedBy?: string;
}
export const giveOrder = async (counter: Partner, body: NewOrder) =>
  answer(
    bareApi.POST('/v1/hall/orders', { body, ...(await signCall(counter, 'POST', '/v1/hall/orders', body)) }),
  );
export const confirmCompany = async (counter: Partner, taxpayerId: string) =>
  answer(
    bareApi.POST('/v1/hall/confirmations', {
      body: { taxpayerId },
      ...(await signCall(counter, 'POST', '/v1/hall/confirmations', { taxpayerId })),
    }),
  );
