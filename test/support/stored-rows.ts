import type { TableName } from '#contract/tables.ts';
import type { Agreement, FormEntry, StaffForm } from '#store/agencies/agency-forms.ts';
import type { AgreedPeriods } from '#store/agencies/agreements.ts';
import type { ListedAgent } from '#store/agencies/staff-forms.ts';
import type { StoredEvent } from '#store/audit/audit-events.ts';
import type { HandlerListing } from '#store/companies/handler-listings.ts';
import type { Relation } from '#store/companies/relations.ts';
import type { Taxpayer } from '#store/companies/taxpayers.ts';
import type { LockoutRow } from '#store/people/lockout-row.ts';
import type { Person } from '#store/people/person-row.ts';
import type { PhoneRow } from '#store/people/phones.ts';
import type { UsernameGuard } from '#store/people/usernames.ts';
import type { CrossRegionReport, NamedHandlers, ReportHead } from '#store/reports/cross-region-reports.ts';
import type { RpSession } from '#store/sessions/rp-sessions.ts';
import type { Session } from '#store/sessions/session-row.ts';
import type { PhoneSendState } from '#store/sms/sms-windows.ts';
import type { Ticket } from '#store/tickets/ticket-kinds.ts';
import type { Loose } from './client.ts';

type RelationKey = Pick<Relation, 'personKey' | 'relation'>;
/** What production keeps in each table; a table may have rows of several kinds. */
interface RowsOf extends Record<TableName, object> {
  Users: Person | UsernameGuard;
  Phones: PhoneRow;
  Lockouts: LockoutRow;
  SmsWindows: Pick<PhoneRow, 'phoneKey'> & NonNullable<PhoneSendState['window']>;
  Relationships:
    | Relation
    | FormEntry
    | (RelationKey & HandlerListing)
    /** The guard of an authorization. */
    | (RelationKey & { readonly holder: string; readonly at: string });
  Taxpayers: Taxpayer;
  Agencies:
    | (StaffForm & { readonly part: string })
    | (ListedAgent & { readonly agencyKey: string; readonly part: string });
  Agreements: Agreement | (AgreedPeriods & Pick<Agreement, 'agreementId'>);
  CrossRegionReports:
    | (CrossRegionReport & { readonly endingKey?: string; readonly handlerEndingKey?: string })
    | ReportHead
    | (NamedHandlers & Pick<CrossRegionReport, 'reportNo'>);
  Sessions: Session;
  RpSessions: RpSession & { readonly sweepShard?: string };
  Tickets: Ticket | { readonly ticketKey: string; readonly kind: 'misses'; readonly misses: number };
  Audit: StoredEvent;
}

/** A row or a part of it; undefined takes a field away. tsc refuses a field that production does not know. */
export type Part<Row> = Row extends unknown
  ? { readonly [Name in keyof Row]?: Row[Name] | undefined }
  : never;
/** Rows that a test puts into a table as they are. */
export type StoredRow<Table extends TableName> = Part<RowsOf[Table]>;

type FieldsOf<Row> = Row extends unknown ? keyof Row : never;
/** Refuses unknown fields also of a row that was not written in the call itself, if its fields are known by name. */
export type OnlyKnown<Row, Table extends TableName> =
  string extends FieldsOf<Row>
    ? unknown
    : { readonly [Name in Exclude<FieldsOf<Row>, FieldsOf<RowsOf[Table]> | 'ttl'>]?: never };
/** A row as a test finds it: its fields by their names in production; each test knows their values. */
export type FoundRow<Table extends TableName> = {
  readonly [Name in FieldsOf<RowsOf[Table]> | 'ttl']: Loose;
};
