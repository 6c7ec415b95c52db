import type { Challenge } from 'altcha-lib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkSolution, newChallenge } from '#crypto/challenges.ts';
import { deriveHandleKeys } from '#crypto/keys.ts';
import { solve } from '../support/solve.ts';
import { long } from '../support/variants.ts';
import { handlesOne, later, rootTwo } from './keys-of-test.ts';

const policies = { challengeSeconds: 300 };
const now = new Date();
let challenge: Challenge;
let payload: string;

beforeAll(async () => {
  challenge = await newChallenge(handlesOne, policies, now);
  payload = await solve(challenge);
}, 30_000);

const change = (
  edit: (content: { challenge: Challenge; solution: Record<string, unknown> }) => void,
): string => {
  const content = JSON.parse(Buffer.from(payload, 'base64').toString());
  edit(content);
  return Buffer.from(JSON.stringify(content)).toString('base64');
};

describe('challenges', () => {
  it('LGN-12 accepts a solved challenge and names it, so that it is spent once', async () => {
    const first = await checkSolution(handlesOne, payload, now);
    expect(first).toEqual({
      ok: true,
      dear: false,
      id: challenge.parameters.nonce,
      expiresAt: new Date(Math.floor(now.getTime() / 1000 + 300) * 1000),
    });
    expect(await checkSolution(handlesOne, payload, later(now, 298))).toEqual(first);
  });

  long('LGN-12 refuses it once its time is over', async () => {
    expect(await checkSolution(handlesOne, payload, later(now, 300))).toEqual({ ok: false });
    const old = await solve(await newChallenge(handlesOne, policies, later(now, -301)));
    expect(await checkSolution(handlesOne, old, now)).toEqual({ ok: false });
  });

  it('LGN-12 does not hand out the answer', async () => {
    const other = await newChallenge(handlesOne, policies, now);
    expect(other.parameters.nonce).not.toBe(challenge.parameters.nonce);
    expect(JSON.stringify(challenge)).not.toContain('counter');
    expect(challenge.parameters).toMatchObject({ algorithm: 'PBKDF2/SHA-256', cost: 2000, keyLength: 32 });
  });

  it('LGN-12 refuses what was changed, forged or not solved', async () => {
    const wrong = [
      change(({ solution }) => {
        solution.derivedKey = 'a'.repeat(64);
      }),
      change(({ challenge: { parameters } }) => {
        parameters.expiresAt = (parameters.expiresAt ?? 0) + 3600;
      }),
      change(({ challenge: { parameters } }) => {
        parameters.nonce = 'b'.repeat(32);
      }),
      change(({ challenge: { parameters } }) => {
        delete parameters.keySignature;
      }),
      change(({ challenge: { parameters } }) => {
        parameters.cost = 1;
      }),
      change(({ challenge: { parameters } }) => {
        parameters.cost = 1e9;
      }),
      change((content) => {
        delete content.challenge.signature;
      }),
      change((content) => {
        content.challenge.signature = 'c'.repeat(64);
      }),
      change(({ challenge: { parameters } }) => {
        parameters.data = { free: true };
      }),
    ];
    for (const text of wrong) expect(await checkSolution(handlesOne, text, now)).toEqual({ ok: false });
    expect(await checkSolution(deriveHandleKeys(JSON.stringify({ 1: rootTwo })), payload, now)).toEqual({
      ok: false,
    });
  });

  it('LGN-12 answers any rubbish with no, soon and without throwing', async () => {
    const rubbish = [
      '',
      'x',
      '{}',
      Buffer.from('{}').toString('base64'),
      Buffer.from('null').toString('base64'),
      'A'.repeat(1_000_000),
      Buffer.from('['.repeat(3000)).toString('base64'),
    ];
    for (const text of rubbish) expect(await checkSolution(handlesOne, text, now)).toEqual({ ok: false });
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect(
          await checkSolution(handlesOne, Buffer.from(JSON.stringify(value)).toString('base64'), now),
        ).toEqual({ ok: false });
      }),
    );
  });
});
