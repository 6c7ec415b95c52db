/**
 * The tables as data. The CDK app creates the tables from this list, the store modules use the key names, and the
 * contracts grant actions on the tables. One table per thing (docs/decisions).
 */
export interface IndexDeclaration {
  readonly partitionKey: string;
  readonly sortKey?: string;
  readonly projection: 'keys' | 'all';
}
export interface TableDeclaration {
  readonly partitionKey: string;
  readonly sortKey?: string;
  readonly indexes?: Readonly<Record<string, IndexDeclaration>>;
  /** `lasting` data gets point-in-time recovery and deletion protection; `passing` data gets TTL. Audit has both. */
  readonly keeps: 'lasting' | 'passing' | 'lasting-with-ttl';
  /**
   * Changes of the table can start functions: a stream with the item before and after each change, kept for one day.
   */
  readonly streams?: true;
}

/**
 * The attribute (epoch seconds) by which DynamoDB deletes old items. Rules never rely on the deletion: times are
 * checked on read.
 */
export const ttlAttribute = 'ttl';

export const tables = {
  /** Persons: real-name record and account. The guards of usernames are in the same table. */
  Users: { partitionKey: 'personKey', keeps: 'lasting' },
  /** Who owns a phone number (PHN-1, PHN-5). */
  Phones: { partitionKey: 'phoneKey', keeps: 'lasting' },
  /** Failures per person and calendar day (LCK). The index `sweep` holds only locked rows. */
  Lockouts: {
    partitionKey: 'personKey',
    sortKey: 'day',
    indexes: { sweep: { partitionKey: 'sweepKey', projection: 'keys' } },
    keeps: 'passing',
  },
  /**
   * Per phone: codes sent and guessed. Also the stage's sends in an hour (SMS-1, SMS-4, LCK-5) and companies' notices.
   */
  SmsWindows: { partitionKey: 'phoneKey', keeps: 'passing' },
  /** Person–company relations and their history (REL). */
  Relationships: {
    partitionKey: 'personKey',
    sortKey: 'relation',
    indexes: {
      byCompany: { partitionKey: 'companyKey', sortKey: 'companySort', projection: 'all' },
      byPerson: { partitionKey: 'personKey', sortKey: 'personSort', projection: 'all' },
      confirming: { partitionKey: 'confirmerKey', sortKey: 'companyKey', projection: 'all' },
    },
    keeps: 'lasting',
    streams: true,
  },
  /** The index `copiesDue` holds only companies whose last change has not yet reached the copies in their relations. */
  Taxpayers: {
    partitionKey: 'companyKey',
    indexes: { copiesDue: { partitionKey: 'copiesDue', sortKey: 'companyKey', projection: 'keys' } },
    keeps: 'lasting',
    streams: true,
  },
  Agencies: { partitionKey: 'agencyKey', sortKey: 'part', keeps: 'lasting', streams: true },
  Agreements: {
    partitionKey: 'agreementId',
    indexes: {
      byAgency: { partitionKey: 'agencyKey', sortKey: 'agreementId', projection: 'all' },
      byClient: { partitionKey: 'clientKey', sortKey: 'agreementId', projection: 'all' },
    },
    keeps: 'lasting',
    streams: true,
  },
  CrossRegionReports: {
    partitionKey: 'companyKey',
    sortKey: 'reportNo',
    indexes: {
      byEnding: { partitionKey: 'endingKey', sortKey: 'validUntil', projection: 'all' },
      byHandler: { partitionKey: 'handlerEndingKey', sortKey: 'validUntil', projection: 'all' },
    },
    keeps: 'lasting',
    streams: true,
  },
  Sessions: { partitionKey: 'sessionId', keeps: 'passing', streams: true },
  /**
   * Hand-overs to tax systems (SSO). The indexes find hand-overs that an end elsewhere may also end; no rule reads
   * them. The index `sweep` orders the live hand-overs by the earliest time at which time alone may end them.
   */
  RpSessions: {
    partitionKey: 'sessionId',
    sortKey: 'clientId',
    indexes: {
      byPerson: { partitionKey: 'personKey', sortKey: 'sessionId', projection: 'all' },
      byCompany: { partitionKey: 'companyKey', sortKey: 'sessionId', projection: 'all' },
      byAgency: { partitionKey: 'agencyKey', sortKey: 'sessionId', projection: 'all' },
      sweep: { partitionKey: 'sweepShard', sortKey: 'lookAt', projection: 'all' },
    },
    keeps: 'passing',
    streams: true,
  },
  /** Registrations, logins, scans, resets, spent assertions and challenges, address budgets. */
  Tickets: { partitionKey: 'ticketKey', keeps: 'passing' },
  Audit: { partitionKey: 'subject', sortKey: 'eventId', keeps: 'lasting-with-ttl', streams: true },
} as const satisfies Record<string, TableDeclaration>;

export type TableName = keyof typeof tables;
/** `Table` or `Table/index`. */
export type TableOrIndex = TableName | `${TableName}/${string}`;

/** The DynamoDB actions a contract may grant. Transactions and batches need the action of each of their items. */
export type TableAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'ConditionCheckItem'
  | 'BatchWriteItem'
  | 'Query';

/** The environment variable that carries a table's deployed name. */
export const tableVariable = (table: TableName): string =>
  `TABLE_${table.replace(/(?<!^)([A-Z])/g, '_$1').toUpperCase()}`;
