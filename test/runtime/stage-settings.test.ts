import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, inject, it } from 'vitest';
import { openChannels } from '../../infra/local/control/channel-keys.ts';
import { readAssembly } from '../../infra/local/template/assembly.ts';
import { type LocalApp, readModel } from '../../infra/local/template/model.ts';
import { withSettings } from '../../infra/local/template/stage-settings.ts';
import { synthesize } from '../../infra/synth.ts';

const outdir = mkdtempSync(join(tmpdir(), 'ahtax-settings-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

/** The assets of two assemblies have the same names in different folders. */
const comparable = (app: LocalApp, directory: string) =>
  JSON.parse(JSON.stringify(app).replaceAll(directory, '(assembly)'));

it('one assembly with the settings of a run is what synthesizing with them makes', async () => {
  const overrides = {
    issuer: 'http://127.0.0.1:4711',
    channelKeys: (await openChannels(undefined)).publicKeys,
    settings: { legacyUntil: '2027-01-31', alipayQrLogin: false },
    policies: { challengeAfter: 7, oneWebSession: false },
  };
  const made = await synthesize({ stage: 'local', outdir, ...overrides });
  const given = inject('stageDir');
  const fitted = withSettings(readModel(readAssembly(given)), overrides);
  expect(comparable(fitted, given)).toEqual(comparable(readModel(readAssembly(made)), made));
  expect(JSON.stringify(fitted)).toContain('127.0.0.1:4711');
});
