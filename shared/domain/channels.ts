import type { Channel } from './names.ts';

export const channelActions = [
  'register',
  'collect',
  'order',
  'confirm-qr-login',
  'face-factor',
  'session-face',
  'step-up-invoice',
  'step-up-other',
  'start-step-up',
  'scan-counter',
  'view-relations',
  'change-relations',
] as const;
export type ChannelAction = (typeof channelActions)[number];

/** CHN-2: what a stage chooses about channels. */
export interface ChannelSettings {
  readonly alipayQrLogin: boolean;
}

/**
 * The table of rule CHN as data. A channel that a line does not name may not do that action (`exchange` only feeds the
 * registry).
 */
const table: Readonly<Record<ChannelAction, readonly Channel[]>> = {
  register: ['web', 'ahtax-app'],
  collect: ['hall'],
  order: ['hall'],
  'confirm-qr-login': ['ahtax-app', 'iit-app', 'wechat-mini', 'alipay-mini'],
  'face-factor': ['ahtax-app', 'iit-app'],
  // For a session that came by QR (SES-5): a mini program only if it is the one that confirmed the code.
  'session-face': ['ahtax-app', 'iit-app', 'wechat-mini', 'alipay-mini'],
  'step-up-invoice': ['ahtax-app', 'iit-app', 'wechat-mini', 'alipay-mini'],
  'step-up-other': ['ahtax-app', 'iit-app'],
  'start-step-up': ['terminal', 'hall'],
  'scan-counter': ['ahtax-app', 'iit-app', 'wechat-mini', 'alipay-mini'],
  'view-relations': ['web', 'ahtax-app', 'wechat-mini', 'alipay-mini', 'hall'],
  'change-relations': ['web', 'hall'],
};

/** Whether a channel may do an action (CHN). Without settings the default of CHN-2 holds. */
export function channelMay(
  channel: Channel,
  action: ChannelAction,
  settings: ChannelSettings = { alipayQrLogin: true },
): boolean {
  if (channel === 'alipay-mini' && action === 'confirm-qr-login' && !settings.alipayQrLogin) return false;
  return table[action].includes(channel);
}
