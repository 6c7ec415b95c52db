/** `passed`: both factors of a login are, and the role is still to be chosen. */
export type TicketState = 'open' | 'passed' | 'spent' | 'ended';

/** What every journey under way has, with a person's code or face or without. */
export interface PlainTicket {
  readonly ticketKey: string;
  readonly kind: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
  readonly state: TicketState;
}
