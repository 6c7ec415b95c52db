import type { AppCode } from '../../components/scan/Apps.tsx';

/** In the order in which they lie on the desk. */
export const phoneApps = [
  'ahtax-app',
  'iit-app',
  'wechat-mini',
  'alipay-mini',
] as const satisfies readonly AppCode[];
