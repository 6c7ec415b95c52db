import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Door, codeFor, enterPassword, expectStatus, fillProfile, openDoor, registered, scanFace, sendRegistrationCode, startRegistration, wait } from '../support/door.ts';
import { mobile, person, residentNumber } from '../support/people.ts';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door?.stop());

describe('registration', () => {
  it('REG-1 goes from identity over basic information and face check to real-name level 4', async () => {
    const who = person();
    const id = await startRegistration(door, who);
    const profile = expectStatus(await fillProfile(door, id, who), 200);
    expect(profile.body.maskedPhone).toMatch(/^1\d\d\*{4}\d{4}$/);
    const early = await door.http('POST', `/v1/registrations/${id}/complete`);
    expect(early.body).toMatchObject({ status: 403, code: 'FACE_REQUIRED' });
    const scan = expectStatus(await door.http('POST', `/v1/registrations/${id}/face`), 201).body;
    expect((await scanFace(door, scan.qrContent)).body).toMatchObject({ passed: true });
    const poll = await door.http('GET', `/v1/scans/${scan.ticket}`, undefined, { headers: { 'poll-secret': scan.pollSecret } });
    expect(poll.body).toEqual({ state: 'passed' });
    const done = expectStatus(await door.http('POST', `/v1/registrations/${id}/complete`), 201);
    expect(done.body).toEqual({ realNameLevel: 4 });
    expect((await enterPassword(door, who.documentNumber, who.password)).status).toBe(201);
  });
});
void [codeFor, registered, sendRegistrationCode, wait, mobile, residentNumber];
