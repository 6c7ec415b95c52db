import type { LogoutAsked } from '#domain/logout-requests.ts';
import type { Put } from '../dynamodb/tables.ts';
import type { SsoLogoutTicket } from './sso-tickets.ts';
import { openTicketPut } from './tickets.ts';

/** Stores a logout that a tax system requests, until the person's page picks it up (SSO-10). */
export const logoutPut = (
  asked: LogoutAsked,
  now: Date,
  lifetimeSeconds: number,
): { id: string; write: Put } =>
  openTicketPut<SsoLogoutTicket>({ kind: 'sso-logout', asked }, now, lifetimeSeconds);
