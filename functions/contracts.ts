import type { FlowDeclaration } from '#contract/flow.ts';
import { account } from './account/contract.ts';
import { agency } from './agency/contract.ts';
import { auditCopy } from './audit-copy/contract.ts';
import { authorizations } from './authorizations/contract.ts';
import { challenge } from './challenge/contract.ts';
import { channelRelations } from './channel-relations/contract.ts';
import { channelScan } from './channel-scan/contract.ts';
import { channelSso } from './channel-sso/contract.ts';
import { clientAgreements } from './client-agreements/contract.ts';
import { clients } from './clients/contract.ts';
import { companyCopies } from './company-copies/contract.ts';
import { confirmations } from './confirmations/contract.ts';
import { copiesContinued } from './copies-continued/contract.ts';
import { deregistration } from './deregistration/contract.ts';
import { discovery } from './discovery/contract.ts';
import { enterprise } from './enterprise/contract.ts';
import { hall } from './hall/contract.ts';
import { identity } from './identity/contract.ts';
import { keyRotation } from './key-rotation/contract.ts';
import { legacy } from './legacy/contract.ts';
import { login } from './login/contract.ts';
import { midnightContinued } from './midnight-continued/contract.ts';
import { midnightUnlock } from './midnight-unlock/contract.ts';
import { passwordReset } from './password-reset/contract.ts';
import { phoneRecovery } from './phone-recovery/contract.ts';
import { phones } from './phones/contract.ts';
import { registration } from './registration/contract.ts';
import { registryFeed } from './registry-feed/contract.ts';
import { scan } from './scan/contract.ts';
import { session } from './session/contract.ts';
import { ssoDecision } from './sso-decision/contract.ts';
import { ssoLogout } from './sso-logout/contract.ts';
import { ssoNotices } from './sso-notices/contract.ts';
import { ssoRequest } from './sso-request/contract.ts';
import { ssoSweep } from './sso-sweep/contract.ts';
import { ssoSweepContinued } from './sso-sweep-continued/contract.ts';
import { ssoSystems } from './sso-systems/contract.ts';
import { ssoTell } from './sso-tell/contract.ts';
import { ssoToken } from './sso-token/contract.ts';
import { staff } from './staff/contract.ts';
import { stepUp } from './step-up/contract.ts';
import { verification } from './verification/contract.ts';

const declared = [
  discovery,
  challenge,
  registration,
  login,
  legacy,
  passwordReset,
  phoneRecovery,
  session,
  identity,
  clients,
  enterprise,
  agency,
  clientAgreements,
  account,
  phones,
  deregistration,
  scan,
  channelScan,
  stepUp,
  verification,
  channelRelations,
  channelSso,
  authorizations,
  staff,
  confirmations,
  hall,
  registryFeed,
  ssoRequest,
  ssoDecision,
  ssoToken,
  ssoLogout,
  ssoSystems,
  ssoNotices,
  ssoTell,
  ssoSweep,
  ssoSweepContinued,
  midnightUnlock,
  midnightContinued,
  auditCopy,
  companyCopies,
  copiesContinued,
  keyRotation,
] as const satisfies readonly FlowDeclaration[];

/** The flows with their literal types; the portal's client is derived from them. */
export type DeclaredFlow = (typeof declared)[number];

/** Every flow of the system. The CDK app, OpenAPI and the tests iterate over this list. */
export const flows: readonly FlowDeclaration[] = declared;
