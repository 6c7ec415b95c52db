import type { Partner } from './local-api.ts';

/** Invented names of the officer and office at the counter; the audit records them (CHN-1). */
export const office = '合肥市蜀山区办税服务厅';
export const officer = '340101001';
/** The officer who approves what one officer may not order alone (ORD-1). */
export const secondOfficer = '340101002';

export const counterPartner = (channel: 'terminal' | 'hall', person?: Partner['person']): Partner => ({
  channel,
  ...(channel === 'hall' ? { officer, office } : {}),
  ...(person ? { person } : {}),
});
