import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { legalRepresentative, taxpayer } from '../flows/support/feed-lines.ts';
import { company, fed, managedBy, said, somebody } from '../flows/support/staff.ts';
import { openWatchedDoor, type WatchedDoor } from '../support/watched.ts';

/** What happens between the look at the acting person's place and the write that relies on it. */
describe('a company that changes under the one who manages it', () => {
  let door: WatchedDoor;
  beforeAll(async () => {
    door = await openWatchedDoor({}, null);
  });
  afterAll(() => door?.finish());

  /** The answer to an invitation whose commit waits until `meanwhile` is done. */
  async function invitingWhile(
    firm: Awaited<ReturnType<typeof company>>,
    who: Awaited<ReturnType<typeof somebody>>['who'],
    meanwhile: () => Promise<unknown>,
  ): Promise<string> {
    const held = door.faults.add({ function: 'staff', action: 'TransactWriteItems', kind: 'hold' });
    const inviting = firm.invite(who);
    await door.faults.held(held);
    await meanwhile();
    door.faults.release(held);
    return said(await inviting);
  }

  it('REL-2 a legal representative who is replaced while acting does nothing any more', async () => {
    const [firm, heir, hand] = [await company(door), await somebody(door), await somebody(door)];
    const answer = await invitingWhile(firm, hand.who, () =>
      fed(door, legalRepresentative(firm.id, heir.who, 2)),
    );
    expect(answer).toBe('RELATION_NOT_FOUND');
    await heir.switchTo(firm.id);
    expect(await managedBy(firm.id, heir).staff('pending')).toEqual([]);
  });

  it('ENT-3 nobody is invited to a company that is cancelled meanwhile', async () => {
    const [firm, hand] = [await company(door), await somebody(door)];
    const answer = await invitingWhile(firm, hand.who, () =>
      fed(door, taxpayer(firm.id, 2, { state: 'cancelled' })),
    );
    expect(answer).toBe('RELATION_NOT_FOUND');
    expect(await hand.listed('pending', firm.id)).toEqual([]);
  });
});
