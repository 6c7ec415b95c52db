import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveStage, type StageOverrides } from '../../stage.ts';
import type { LocalApp } from './model.ts';

const relyingParties = 'relying-parties.json';

/**
 * Gives this run's settings and channel keys to the functions of an assembly that was synthesized earlier. Functions
 * get both only by these two variables (infra/constructs/environment.ts), so the result equals a synthesis with the
 * same overrides: test/runtime/stage-settings.test.ts compares them. The clients of single sign-on are a file beside a
 * bundle; that bundle is copied.
 * @param folder for the copies
 */
export function withSettings(app: LocalApp, overrides: StageOverrides, folder: () => string): LocalApp {
  const { settingsJson, channelKeysJson, relyingPartiesJson } = resolveStage('local', overrides);
  const withClients = (directory: string, name: string): string => {
    if (!overrides.relyingParties || !existsSync(join(directory, relyingParties))) return directory;
    const copy = join(folder(), name);
    cpSync(directory, copy, { recursive: true });
    writeFileSync(join(copy, relyingParties), relyingPartiesJson);
    return copy;
  };
  const fitting = { SETTINGS: settingsJson, CHANNEL_KEYS: channelKeysJson };
  return {
    ...app,
    functions: app.functions.map((model) => ({
      ...model,
      directory: withClients(model.directory, model.shortName),
      environment: Object.fromEntries(
        Object.entries(model.environment).map(([name, value]) => [
          name,
          fitting[name as keyof typeof fitting] ?? value,
        ]),
      ),
    })),
  };
}

/** As behind CloudFront: its headers are trusted only together with this secret. */
export const withOriginSecret = (app: LocalApp, secret: string): LocalApp => ({
  ...app,
  functions: app.functions.map((model) => ({
    ...model,
    environment: { ...model.environment, ORIGIN_SECRET: secret },
  })),
});

/** @param seconds that no function may take longer */
export const withShortTime = (app: LocalApp, seconds: number): LocalApp => ({
  ...app,
  functions: app.functions.map((model) => ({
    ...model,
    timeoutSeconds: Math.min(model.timeoutSeconds, seconds),
  })),
});
