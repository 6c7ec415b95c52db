import type { FlowDeclaration } from '#contract/flow.ts';
import { challenge } from './challenge/contract.ts';
import { channelScan } from './channel-scan/contract.ts';
import { discovery } from './discovery/contract.ts';
import { keyRotation } from './key-rotation/contract.ts';
import { login } from './login/contract.ts';
import { midnightUnlock } from './midnight-unlock/contract.ts';
import { passwordReset } from './password-reset/contract.ts';
import { registration } from './registration/contract.ts';
import { registryFeed } from './registry-feed/contract.ts';
import { scan } from './scan/contract.ts';
import { session } from './session/contract.ts';

/** Every flow of the system. The CDK app, OpenAPI and the tests walk this list. */
export const flows: readonly FlowDeclaration[] = [
  discovery,
  challenge,
  registration,
  login,
  passwordReset,
  session,
  scan,
  channelScan,
  registryFeed,
  midnightUnlock,
  keyRotation,
];
