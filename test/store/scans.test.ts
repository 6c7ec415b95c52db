import { beforeAll, expect, it } from 'vitest';
import { epochSeconds } from '#domain/epoch.ts';
import * as updates from '#flows/channel-scan/scan-updates.ts';
import { qrContentOf, scanStateAt, ticketOfQr } from '#journeys/factors/scans.ts';
import type { Db, RefusableUpdate } from '#store/dynamodb/tables.ts';
import type { ScanTicket } from '#store/tickets/ticket-kinds.ts';
import { newTicketPut } from '#store/tickets/tickets.ts';
import { openStore } from '../support/store.ts';

/** From which states a scan takes which step, each step tried from each state. */
let db: Db;
beforeAll(async () => {
  db = await openStore('Tickets');
});

const now = new Date('2027-03-02T10:00:00+08:00');
const later = new Date(now.getTime() + 300_000);
const mine = { personKey: 'p1_me', name: '*我' };
const other = { personKey: 'p1_other', name: '*他' };
type State = ScanTicket['scanState'];
const states = [
  'pending',
  'scanned',
  'confirmed',
  'passed',
  'failed',
  'cancelled',
] as const satisfies State[];

async function opened(more: Partial<ScanTicket> = {}): Promise<ScanTicket> {
  const facts = { kind: 'scan', purpose: 'login', scanState: 'pending', counts: 'scan', ...more };
  const { write, ticketKey } = newTicketPut<ScanTicket>(facts as never, now, 300);
  await db.transact([write]);
  return (await db.get<ScanTicket>('Tickets', { ticketKey })) as ScanTicket;
}
/** What is wrong with the step, or the members of the row that it has written. */
async function tried(scan: ScanTicket, write: RefusableUpdate): Promise<string | Partial<ScanTicket>> {
  const result = await db.tryTransact([write]);
  if (!result.ok) {
    const { code, variant } = result.problem as unknown as { code: string; variant?: string };
    return variant === undefined ? code : `${code} ${variant}`;
  }
  return (await db.get<ScanTicket>('Tickets', { ticketKey: scan.ticketKey })) as ScanTicket;
}

const face = { at: now.toISOString(), transactionId: 't' };
const steps: readonly (readonly [
  string,
  (scan: ScanTicket, at: Date) => RefusableUpdate,
  { readonly from: readonly State[]; readonly given?: Partial<ScanTicket>; readonly writes: object },
])[] = [
  ['is scanned', updates.scannedUpdate, { from: ['pending', 'scanned'], writes: { scanState: 'scanned' } }],
  [
    'is claimed by whoever scans first, and by them again',
    (scan, at) => updates.claimedUpdate(scan, mine, at),
    {
      from: ['pending', 'scanned'],
      given: { scannedBy: mine },
      writes: { scanState: 'scanned', scannedBy: mine },
    },
  ],
  [
    'is confirmed by whoever scanned it',
    (scan, at) => updates.confirmedUpdate(scan, { personKey: 'p1_me', channel: 'ahtax-app' }, at),
    { from: ['scanned'], given: { scannedBy: mine }, writes: { scanState: 'confirmed', confirmed: {} } },
  ],
  [
    'is refused by somebody unknown, if nobody has it',
    (scan, at) => updates.cancelledUpdate(scan, undefined, at),
    { from: ['pending', 'scanned'], writes: { scanState: 'cancelled' } },
  ],
  [
    'is refused by whoever scanned it',
    (scan, at) => updates.cancelledUpdate(scan, 'p1_me', at),
    { from: ['pending', 'scanned'], given: { scannedBy: mine }, writes: { scanState: 'cancelled' } },
  ],
  [
    'gets a face kit',
    (scan, at) => updates.faceStartedUpdate(scan, 'k2', at),
    { from: ['scanned'], writes: { scanState: 'scanned', faceToken: 'k2' } },
  ],
  [
    'passes',
    (scan, at) => updates.scanPassedUpdate(scan, 'k1', face, 4, at),
    { from: ['scanned'], writes: { scanState: 'passed', proven: { ...face, level: 4 } } },
  ],
  [
    'fails once',
    (scan, at) => updates.faceFailedUpdate(scan, 'k1', 2, at),
    { from: ['scanned'], writes: { scanState: 'scanned', triesLeft: 2, failures: 1 } },
  ],
  [
    'fails for the last time',
    (scan, at) => updates.faceFailedUpdate(scan, 'k1', 0, at),
    { from: ['scanned'], writes: { scanState: 'failed', triesLeft: 0, failures: 1 } },
  ],
];

it.each(steps)(
  'QR-2 a scan %s, from some states and in its time only',
  async (_, step, { from, given, writes }) => {
    const tries = states.map(async (scanState) => {
      const scan = await opened({ ...given, scanState, faceToken: 'k1' });
      const result = await tried(scan, step(scan, now));
      if (from.includes(scanState)) expect(result, scanState).toMatchObject(writes);
      else expect(result, scanState).toBe('STATE_CONFLICT');
    });
    await Promise.all(tries);
    const scan = await opened({ ...given, scanState: from[0] ?? 'pending', faceToken: 'k1' });
    expect(await tried(scan, step(scan, later))).toBe('EXPIRED');
  },
);

it('QR-2 a scan that waits, or was confirmed and not fetched, is over with its time; a result stays', () => {
  const shown = (scanState: State, expiresAt: number, state: ScanTicket['state'] = 'open') =>
    scanStateAt({ scanState, state, expiresAt: epochSeconds(now) + expiresAt }, now);
  for (const scanState of states) {
    const waits = scanState === 'pending' || scanState === 'scanned' || scanState === 'confirmed';
    expect(shown(scanState, 1)).toBe(scanState);
    expect(shown(scanState, 0), scanState).toBe(waits ? 'expired' : scanState);
    expect(shown(scanState, -1, 'spent')).toBe(scanState);
  }
});

it('FACE-1 QR-2 a code is ours by its address and the form of its ticket', () => {
  const issuer = 'https://etax.example.cn';
  for (const length of [16, 64]) {
    const ticket = 'a'.repeat(length);
    expect(ticketOfQr(issuer, qrContentOf(issuer, ticket))).toBe(ticket);
  }
  const good = 'a'.repeat(16);
  for (const content of [
    good,
    `https://other.example.cn/s/${good}`,
    `${issuer}/t/${good}`,
    `${issuer}/s/`,
    `${issuer}/s/${'a'.repeat(15)}`,
    `${issuer}/s/${'a'.repeat(65)}`,
    `${issuer}/s/${good}!`,
    `${issuer}/s/!${good}`,
  ])
    expect(ticketOfQr(issuer, content), content).toBeUndefined();
});

it('QR-2 somebody else neither claims nor confirms nor refuses a scan, and is told that it is taken', async () => {
  const scan = await opened({ scanState: 'scanned', scannedBy: other, faceToken: 'k1' });
  const taken = 'STATE_CONFLICT scanned';
  expect(await tried(scan, updates.claimedUpdate(scan, mine, now))).toBe(taken);
  const confirmed = { personKey: 'p1_me', channel: 'ahtax-app' } as const;
  expect(await tried(scan, updates.confirmedUpdate(scan, confirmed, now))).toBe(taken);
  for (const who of ['p1_me', undefined])
    expect(await tried(scan, updates.cancelledUpdate(scan, who, now))).toBe(taken);
  const nobodys = await opened({ scanState: 'scanned' });
  expect(await tried(nobodys, updates.claimedUpdate(nobodys, mine, now))).toBe('STATE_CONFLICT');
  expect(await tried(nobodys, updates.confirmedUpdate(nobodys, confirmed, now))).toBe('STATE_CONFLICT');
  const gone = { ...scan, ticketKey: 't_none' };
  expect(await tried(gone, updates.claimedUpdate(gone, mine, now))).toBe('NOT_FOUND');
});

it('FACE-2 only the newest kit of a scan decides, once; a check that proves nothing has no proof of its own', async () => {
  const scan = await opened({ scanState: 'scanned', faceToken: 'k2' });
  for (const write of [
    updates.scanPassedUpdate(scan, 'k1', face, undefined, now),
    updates.faceFailedUpdate(scan, 'k1', 2, now),
    updates.faceFailedUpdate(scan, 'k1', 0, now),
  ])
    expect(await tried(scan, write)).toBe('STATE_CONFLICT');
  const failed = await tried(scan, updates.faceFailedUpdate(scan, 'k2', 1, now));
  expect(failed).not.toHaveProperty('faceToken');
  expect(await tried(scan, updates.faceFailedUpdate(scan, 'k2', 0, now))).toBe('STATE_CONFLICT');
  const passing = await opened({ scanState: 'scanned', faceToken: 'k2' });
  expect(
    await tried(passing, updates.scanPassedUpdate(passing, 'k2', face, undefined, now)),
  ).not.toHaveProperty('proven');
  const refused = await opened({ faceToken: 'k2' });
  expect(await tried(refused, updates.cancelledUpdate(refused, undefined, now))).not.toHaveProperty(
    'faceToken',
  );
});
