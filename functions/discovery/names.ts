import type { Channel, Entry } from '#domain/names.ts';

/** The bureau's own names of entries and channels, for clients to show. */
export const entryNames: readonly { code: Entry; zh: string; en: string }[] = [
  { code: 'enterprise', zh: '企业业务', en: 'Enterprise' },
  { code: 'natural', zh: '自然人业务', en: 'Natural person' },
  { code: 'agency', zh: '代理业务', en: 'Agency' },
  { code: 'cross-region', zh: '跨区域报验户', en: 'Cross-region business' },
  { code: 'cross-region-property', zh: '跨区域财产税源登记', en: 'Cross-region property' },
  { code: 'social-insurance', zh: '社保非税专用用户', en: 'Social insurance and non-tax' },
];
export const channelNames: readonly { code: Channel; zh: string }[] = [
  { code: 'web', zh: '电子税务局网页端' },
  { code: 'ahtax-app', zh: '安徽税务 APP' },
  { code: 'iit-app', zh: '个人所得税 APP' },
  { code: 'wechat-mini', zh: '安徽税务微信小程序' },
  { code: 'alipay-mini', zh: '安徽税务支付宝小程序' },
  { code: 'terminal', zh: '自助办税终端' },
  { code: 'hall', zh: '办税服务厅' },
];
