import type { CallOf } from '#runtime/call.ts';
import type { ssoDecision } from './contract.ts';

export type DecisionCall = CallOf<typeof ssoDecision, 'show' | 'approve' | 'stepUp' | 'refuse'>;
export type StepUpCall = CallOf<typeof ssoDecision, 'stepUp'>;
export type ApproveCall = CallOf<typeof ssoDecision, 'approve'>;
