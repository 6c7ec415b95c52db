import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectStatus } from '../support/door.ts';
import { residentNumber } from '../support/people.ts';
import { openWatchedDoor, type WatchedDoor } from '../support/watched.ts';
import { creditCode, taxpayer } from './support/feed-lines.ts';
import { fed, type Somebody, said, somebody } from './support/staff.ts';

describe('a company’s name before applying', () => {
  let door: WatchedDoor;
  beforeAll(async () => {
    door = await openWatchedDoor({}, null);
  });
  afterAll(() => door?.finish());
  const look = ({ call }: Somebody, taxpayerId: string) =>
    call('POST', '/v1/authorizations/preview', { taxpayerId });

  it('REL-11 is told whole, of a company whose number is a person’s by its first character', async () => {
    const [id, personal, hand] = [creditCode(), residentNumber(), await somebody(door)];
    await fed(door, taxpayer(id, 1, { name: '庐州茶业' }), taxpayer(personal, 1, { name: '方记面馆' }));
    expect(expectStatus(await look(hand, id), 200).body).toEqual({ taxpayerName: '庐州茶业' });
    expect(expectStatus(await look(hand, personal), 200).body).toEqual({ taxpayerName: '方***' });
    expect(said(await look(hand, creditCode()))).toBe('TAXPAYER_NOT_FOUND');
  });

  it('REL-11 twenty times a person and day, however many ask at once', async () => {
    const [id, hand, other] = [creditCode(), await somebody(door), await somebody(door)];
    await fed(door, taxpayer(id, 1));
    const answers = await Promise.all(Array.from({ length: 24 }, () => look(hand, id)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    const refused = await look(hand, id);
    expect(said(refused)).toBe('TOO_MANY_REQUESTS');
    expect(refused.body.retryAt).toMatch(/T00:00:00\+08:00$/);
    expectStatus(await look(other, id), 200);
  });
});
