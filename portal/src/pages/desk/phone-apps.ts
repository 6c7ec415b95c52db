import type { AppCode } from '../../components/scan/ScanApps.tsx';

/** The apps, in the order in which the desk shows them. */
export const phoneApps = [
  'ahtax-app',
  'iit-app',
  'wechat-mini',
  'alipay-mini',
] as const satisfies readonly AppCode[];
