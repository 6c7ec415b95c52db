import type { Settings } from '#contract/settings.ts';
import { counted } from '../counted.ts';
import type { ProviderCredentials } from '../secrets.ts';
import { type FaceGateway, FaceRefused } from './gateway.ts';
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
  const provider = settings.kind === 'tencent' ? tencentFace(settings, credentials) : simulatedFace();
  const isAway = (error: unknown) => !(error instanceof FaceRefused);
  return {
    start: (subject) => counted('face', isAway, () => provider.start(subject)),
    result: (token) => counted('face', isAway, () => provider.result(token)),
  };
}
