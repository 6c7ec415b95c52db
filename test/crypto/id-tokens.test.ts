import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { personHintIn } from '#crypto/id-tokens.ts';

const issuer = 'https://etax.example.cn';
const good = { iss: issuer, aud: 'filing-web', sub: 's1_somebody' };
const signed = (claims: object, typ = 'JWT') =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256', typ }).sign(new Uint8Array(32));

describe('SSO-9 whom an id_token_hint means', () => {
  it('is read without its signature, which adds nothing to the claim sub, and however old it is', async () => {
    const hint = { clientId: 'filing-web', sub: 's1_somebody' };
    expect(personHintIn(await signed(good), issuer)).toEqual(hint);
    expect(personHintIn(await signed({ ...good, exp: 1 }), issuer)).toEqual(hint);
  });

  it.each([
    ['another issuer’s', { ...good, iss: 'https://elsewhere.example.cn' }],
    ['of several clients', { ...good, aud: ['filing-web', 'invoice-web'] }],
    ['of nobody', { iss: issuer, aud: 'filing-web' }],
    ['of a name that is none', { ...good, sub: '' }],
    ['of half a character', { ...good, sub: '\ud800' }],
    ['of a name that is too long', { ...good, sub: 's'.repeat(256) }],
  ])('is nobody where it is %s', async (_what, claims) => {
    expect(personHintIn(await signed(claims), issuer)).toBeUndefined();
  });

  it.each(['', 'x', 'a.b', 'a.b.c', 'e30.W10.x', 'e30.bnVsbA.x', '\u{1F600}'])('is nobody in %s', (text) => {
    expect(personHintIn(text, issuer)).toBeUndefined();
  });

  it('TOK-02 is nobody in a token of another kind', async () => {
    expect(personHintIn(await signed(good, 'logout+jwt'), issuer)).toBeUndefined();
  });

  it('is nobody where none came', () => {
    expect(personHintIn(undefined, issuer)).toBeUndefined();
  });
});
