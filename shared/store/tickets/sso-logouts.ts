import type { LogoutAsked } from '#domain/sso/logout-requests.ts';
import type { Put } from '../dynamodb/tables.ts';
import type { SsoLogoutTicket } from './sso-tickets.ts';
import { newTicketPut } from './tickets.ts';

/** Stores a logout that a tax system requests, until the person's page picks it up (SSO-10). */
export const logoutPut = (
  asked: LogoutAsked,
  now: Date,
  lifetimeSeconds: number,
): { id: string; write: Put } =>
  newTicketPut<SsoLogoutTicket>({ kind: 'sso-logout', asked }, now, lifetimeSeconds);
