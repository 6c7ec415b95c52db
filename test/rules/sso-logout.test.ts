import { describe, expect, it } from 'vitest';
import { afterLogout, judgeLogout, type LogoutHint } from '#domain/sso/logout-requests.ts';
import { parametersOf } from '#domain/sso/oauth-parameters.ts';
import { client } from './sso-client.ts';

const back = 'https://filing.example.cn/bye';
const filing = client({ postLogoutRedirectUris: [back, 'https://filing.example.cn/bye?from=tpass'] });
const hint: LogoutHint = { clientId: 'filing-web', sid: 'sid-1' };
const judge = (asked: Readonly<Record<string, string>>, named?: LogoutHint) =>
  judgeLogout(parametersOf(Object.entries(asked)), named, (id) =>
    id === filing.clientId ? filing : undefined,
  );
const pageOf = (judged: ReturnType<typeof judge>) => (judged.ok ? 'none' : judged.page);
const askedOf = (judged: ReturnType<typeof judge>) => (judged.ok ? judged.asked : pageOf(judged));

describe('a logout that a system asks for', () => {
  it('SSO-10 may say nothing at all, or who asks, or what should end', () => {
    expect(askedOf(judge({}))).toStrictEqual({});
    expect(askedOf(judge({ client_id: 'filing-web' }))).toStrictEqual({ clientId: 'filing-web' });
    expect(askedOf(judge({ id_token_hint: 't' }, hint))).toStrictEqual(hint);
    expect(askedOf(judge({ id_token_hint: 't', client_id: 'filing-web' }, hint))).toStrictEqual(hint);
    expect(askedOf(judge({ client_id: 'filing-web', logout_hint: 'sid-2' }))).toStrictEqual({
      clientId: 'filing-web',
      sid: 'sid-2',
    });
    // The token names the hand-over; a hint of an unknown hand-over ends nothing.
    expect(askedOf(judge({ id_token_hint: 't', logout_hint: 'sid-2' }, hint))).toStrictEqual(hint);
    expect(askedOf(judge({ logout_hint: 'sid-2' }))).toStrictEqual({});
  });

  it('SSO-10 returns to an address that its client registered, with the state', () => {
    const named = { client_id: 'filing-web', post_logout_redirect_uri: back };
    expect(askedOf(judge(named))).toStrictEqual({ clientId: 'filing-web', returnTo: back });
    expect(askedOf(judge({ ...named, state: 's' }))).toStrictEqual({
      clientId: 'filing-web',
      returnTo: back,
      state: 's',
    });
    expect(askedOf(judge({ id_token_hint: 't', post_logout_redirect_uri: back }, hint))).toStrictEqual({
      ...hint,
      returnTo: back,
    });
    expect(askedOf(judge({ client_id: 'filing-web', state: 's' }))).toStrictEqual({ clientId: 'filing-web' });
    expect(pageOf(judge({ ...named, post_logout_redirect_uri: `${back}/` }))).toBe('logout_uri');
    expect(pageOf(judge({ post_logout_redirect_uri: back }))).toBe('logout_uri');
  });

  it('SSO-10 of an unknown client, or with a token that is none of ours or another client’s, is a page', () => {
    expect(pageOf(judge({ client_id: 'nobody' }))).toBe('client');
    expect(pageOf(judge({ id_token_hint: 't' }))).toBe('logout_hint');
    expect(pageOf(judge({ id_token_hint: 't', client_id: 'filing-web' }))).toBe('logout_hint');
    const others = { ...hint, clientId: 'invoice-web' };
    expect(pageOf(judge({ id_token_hint: 't', client_id: 'filing-web' }, others))).toBe('logout_hint');
    // The client has left the settings.
    expect(pageOf(judge({ id_token_hint: 't' }, others))).toBe('logout_hint');
  });

  it('SSO-10 that is too long, says something twice or is no text is a page', () => {
    expect(
      pageOf(judgeLogout(parametersOf([...Object.entries({ a: '1' }), ['a', '1']]), undefined, () => filing)),
    ).toBe('request');
    expect(pageOf(judgeLogout(undefined, undefined, () => filing))).toBe('request');
    // Each parameter counts two characters in addition to its name and value.
    expect(pageOf(judge({ a: 'x'.repeat(8192 - 3) }))).toBe('none');
    expect(pageOf(judge({ a: 'x'.repeat(8192 - 2) }))).toBe('request');
    expect(pageOf(judge({ state: '税'.repeat(341) }))).toBe('none');
    expect(pageOf(judge({ state: 'x'.repeat(1024) }))).toBe('none');
    expect(pageOf(judge({ state: '税'.repeat(342) }))).toBe('request');
  });

  it('SSO-10 takes the browser back with its state, or nowhere', () => {
    expect(afterLogout({ returnTo: back, state: 'a&b' })).toBe(`${back}?state=a%26b`);
    expect(afterLogout({ returnTo: `${back}?x=1`, state: 's' })).toBe(`${back}?x=1&state=s`);
    expect(afterLogout({ returnTo: back })).toBe(back);
    expect(afterLogout({ state: 's' })).toBeUndefined();
  });
});
