import { describe, expect, it } from 'vitest';
import { channelActions, channelMay } from '#domain/channels.ts';
import { channels } from '#domain/names.ts';

/** The table of the rules: a row for each action, a column for each channel in the order of `channels`. */
const table = `
                 web ahtax iit wechat alipay terminal hall exchange
register          x   x     .   .      .      .        .    .
collect           .   .     .   .      .      .        x    .
order             .   .     .   .      .      .        x    .
confirm-qr-login  .   x     x   x      x      .        .    .
face-factor       .   x     x   .      .      .        .    .
session-face      .   x     x   x      x      .        .    .
step-up-invoice   .   x     x   x      x      .        .    .
step-up-other     .   x     x   .      .      .        .    .
start-step-up     .   .     .   .      .      x        x    .
scan-counter      .   x     x   x      x      .        .    .
view-relations    x   x     .   x      x      .        x    .
change-relations  x   .     .   .      .      .        x    .`;
const rows = table
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.trim().split(/\s+/));

describe('channels', () => {
  it('CHN-1 may do what the table says, cell by cell', () => {
    expect(rows.map(([action]) => action)).toEqual([...channelActions]);
    for (const [action, ...cells] of rows) {
      for (const [i, channel] of channels.entries()) {
        const known = channelActions.find((name) => name === action);
        expect(known !== undefined && channelMay(channel, known), `${channel} ${action}`).toBe(
          cells[i] === 'x',
        );
      }
    }
  });

  it('CHN-2 Alipay confirms QR logins only where the setting allows it; nothing else depends on it', () => {
    for (const channel of channels) {
      for (const action of channelActions) {
        const isIt = channel === 'alipay-mini' && action === 'confirm-qr-login';
        expect(channelMay(channel, action, { alipayQrLogin: false })).toBe(
          isIt ? false : channelMay(channel, action),
        );
        expect(channelMay(channel, action, { alipayQrLogin: true })).toBe(channelMay(channel, action));
      }
    }
  });

  it('REG-7 only the web and the 安徽税务 APP register', () => {
    expect(channels.filter((channel) => channelMay(channel, 'register'))).toEqual(['web', 'ahtax-app']);
  });
});
