import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stages } from '../config.ts';
import type { StageOverrides } from '../stage.ts';
import type { LocalChannels } from './control/channel-keys.ts';
import { openTaxSystems } from './control/tax-systems.ts';
import { openPortalFiles, type ServePortal } from './http/portal-files.ts';
import type { RuntimeOptions } from './runtime-types.ts';

/** The pages as they are built for this machine. */
export async function openPortal(
  { portalRoot: root, progress }: RuntimeOptions,
  onStop: (cleanup: () => unknown) => void,
): Promise<ServePortal> {
  const ending = new AbortController();
  onStop(() => ending.abort());
  // Imported only here, because the build step is not needed without pages.
  const { buildPortal } = await import('../portal/build.ts');
  const folder = await buildPortal({
    mode: 'desk',
    signal: ending.signal,
    ...(root ? { root } : {}),
    ...(progress ? { progress } : {}),
  });
  return openPortalFiles(folder);
}

/** On ports beside the requested one, so that their addresses stay the same from one start to the next. */
export const taxSystemsOf = async ({ taxSystems, port }: RuntimeOptions, issuer: string, now: () => Date) =>
  taxSystems ? openTaxSystems({ issuer, port: port ? port + 1 : undefined, now }) : undefined;

export const overridesOf = (
  {
    policies,
    settings,
    channelKeys,
    relyingParties,
    moreRelyingParties = [],
    challengeAfter = null,
  }: RuntimeOptions,
  issuer: string,
  channels: LocalChannels,
  standIns: StageOverrides['relyingParties'],
): StageOverrides => ({
  issuer,
  channelKeys: channelKeys ?? channels.publicKeys,
  relyingParties:
    relyingParties ??
    (standIns && [...standIns, ...(stages.local.relyingParties ?? []), ...moreRelyingParties]),
  settings,
  policies: { challengeAfter, ...policies },
});

export function temporaryFolder(onStop: (cleanup: () => unknown) => void): string {
  const folder = mkdtempSync(join(tmpdir(), 'ahtax-local-'));
  onStop(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function synthesized(
  overrides: StageOverrides,
  onStop: (cleanup: () => unknown) => void,
): Promise<string> {
  const outdir = temporaryFolder(onStop);
  // Imported only here, because the CDK takes longer to load than everything else together.
  const { synthesize } = await import('../synth.ts');
  return synthesize({ stage: 'local', outdir, ...overrides });
}
