import { resolveStage, type StageOverrides } from '../../stage.ts';
import type { LocalApp } from './model.ts';

/**
 * Gives the functions of an assembly that was synthesized before the settings and channel keys of this run. They reach
 * functions by these two variables only (infra/constructs/environment.ts), so that the result is what a synthesis with
 * the same overrides would have made: test/runtime/stage-settings.test.ts compares them.
 */
export function withSettings(app: LocalApp, overrides: StageOverrides): LocalApp {
  const { settingsJson, channelKeysJson } = resolveStage('local', overrides);
  const fitting = { SETTINGS: settingsJson, CHANNEL_KEYS: channelKeysJson };
  return {
    ...app,
    functions: app.functions.map((model) => ({
      ...model,
      environment: Object.fromEntries(
        Object.entries(model.environment).map(([name, value]) => [
          name,
          fitting[name as keyof typeof fitting] ?? value,
        ]),
      ),
    })),
  };
}
