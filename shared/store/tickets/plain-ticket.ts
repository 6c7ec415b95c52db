/** `passed`: both factors of a login were passed, and the role has still to be chosen. */
export type TicketState = 'open' | 'passed' | 'spent' | 'ended';

/** The members that every journey's ticket has. */
export interface PlainTicket {
  readonly ticketKey: string;
  readonly kind: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
  readonly state: TicketState;
}
