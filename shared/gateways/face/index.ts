import type { Settings } from '#contract/settings.ts';
import type { ProviderCredentials } from '../secrets.ts';
import type { FaceGateway } from './gateway.ts';
import { simulatedFace } from './simulator.ts';
import { tencentFace } from './tencent.ts';

export * from './gateway.ts';

/**
 * The stage's face provider (FACE-2).
 * @param credentials loads the secret `providers`; called only by providers that have any.
 */
export function createFaceGateway(
  settings: Settings['face'],
  credentials: () => Promise<ProviderCredentials>,
): FaceGateway {
  return settings.kind === 'tencent' ? tencentFace(settings, credentials) : simulatedFace();
}
