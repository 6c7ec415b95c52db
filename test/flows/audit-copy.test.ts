import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { auditObject } from '#store/audit/audit-object.ts';
import { enterPassword } from '../support/runtime.ts';
import { type Known, knownPerson, openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';
import { type Event, eventsOf } from './support/tables.ts';

let runtime: WatchedRuntime;
let who: Known;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
  who = await knownPerson(runtime);
});
afterAll(() => runtime?.finish('audit-copy'));
afterEach(() => runtime.faults.clear());

/** The lines of the copy that are about some events, and the keys of the objects in which they are. */
function copiesOf(events: readonly Event[]) {
  const ids = new Set(events.map(({ eventId }) => eventId));
  const objects = runtime.kept().map(({ key, text }) => ({
    key,
    lines: text
      .split('\n')
      .filter(Boolean)
      .filter((line) => ids.has(JSON.parse(line).eventId)),
  }));
  const found = objects.filter(({ lines }) => lines.length > 0);
  return { keys: found.map(({ key }) => key), lines: found.flatMap(({ lines }) => lines) };
}
const byId = (a: Event, b: Event) => a.eventId.localeCompare(b.eventId);
const read = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as Event).sort(byId);
const added = (event: object, SequenceNumber: string, eventName = 'INSERT') => ({
  eventName,
  dynamodb: { SequenceNumber, NewImage: marshall(event) },
});
const event = (eventId: string): Event => ({
  subject: 'p1_copied',
  eventId,
  kind: 'login',
  outcome: 'success',
  at: '2026-11-27T16:30:00.000Z',
  channel: 'web',
  address: '10.0.0.0',
  detail: { b: 1, a: 'x' },
  ttl: 1,
});

describe('the second copy of the audit', () => {
  it('AUD-1 has each new event as it stands in the table, under its day and hour in Shanghai, and nothing in clear', async () => {
    // Events of other tests would be in the same object, and the first of them names it.
    await runtime.settled({ gatherers: true });
    const events = await eventsOf(runtime, async () => {
      for (const password of ['Falsch#9182', 'Falsch#9183'])
        await enterPassword(runtime, who.documentNumber, password);
    });
    await runtime.settled({ gatherers: true });
    expect(events.length).toBeGreaterThanOrEqual(2);
    const { keys, lines } = copiesOf(events);
    expect(read(lines)).toEqual(events.toSorted(byId));
    for (const key of keys) expect(key).toMatch(/^2027-03-02\/10\/\d+-[0-9a-f]{32}\.jsonl$/);
    const clear = [who.documentNumber, who.phone, who.name, who.password, 'Falsch#918'];
    for (const one of clear) expect(lines.join('\n')).not.toContain(one);
  });

  it('AUD-1 a put that fails is tried again, a lost answer counts as nothing, and no event is lost', async () => {
    for (const fault of [
      { kind: 'error500', times: 7 },
      { kind: 'throttle', times: 1 },
      { kind: 'after', times: 2 },
      { kind: 'crash', times: 1 },
      { kind: 'crash-after', times: 1 },
    ] as const) {
      const id = runtime.faults.add({ service: 's3', function: 'audit-copy', ...fault });
      const events = [1, 2].map((at) => event(`${fault.kind}-${at}`));
      for (const one of events)
        await runtime.dynamodb('PutItem', {
          TableName: runtime.tables.find((name) => name.endsWith('-Audit')),
          Item: marshall(one),
        });
      await runtime.settled({ gatherers: true });
      expect(runtime.faults.struck(id), fault.kind).toBe(fault.times);
      const lines = read(copiesOf(events).lines);
      // A batch that was kept before its function died comes again in halves; a reader takes each event once.
      const once = lines.filter(({ eventId }, at) => eventId !== lines[at - 1]?.eventId);
      expect(fault.kind === 'crash-after' ? once : lines, fault.kind).toEqual(events);
    }
    expect(runtime.queued('audit-copy-failed')).toEqual([]);
  });

  it('AUD-1 a batch that comes twice is one object, and what was not added makes none', async () => {
    const batch = { Records: [added(event('e1'), '100'), added(event('e2'), '101')] };
    const before = runtime.kept().length;
    for (let time = 0; time < 2; time++) await runtime.invoke('audit-copy', batch);
    expect(runtime.kept()).toHaveLength(before + 1);
    const removed = { Records: [added(event('e3'), '102', 'REMOVE'), added(event('e3'), '103', 'MODIFY')] };
    await runtime.invoke('audit-copy', removed);
    expect(runtime.kept()).toHaveLength(before + 1);
  });

  it('AUD-1 the same events are the same bytes under the same key; others are not', () => {
    const object = auditObject([added(event('e1'), '100'), added(event('e2'), '101')]);
    expect(object?.key).toMatch(/^2026-11-28\/00\/100-/);
    const turned = Object.fromEntries(Object.entries({ ...event('e1'), detail: { a: 'x', b: 1 } }).reverse());
    expect(auditObject([added(turned, '100'), added(event('e2'), '101')])).toEqual(object);
    // Half of a batch that failed begins with the same event.
    expect(auditObject([added(event('e1'), '100')])?.key).not.toBe(object?.key);
    expect(auditObject([])).toBeUndefined();
  });
});
