import { publicJwks } from '#crypto/signing-ring.ts';
import { shanghaiDay } from '#domain/days.ts';
import { channelsFor } from '#domain/factors/matters.ts';
import { documentTypes } from '#domain/people/documents.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { discovery } from './contract.ts';
import { readDescription } from './description.ts';
import { channelNames, entryNames } from './names.ts';

export const health: StepOf<typeof discovery, 'health'> = async () => ok({ status: 'ok' as const });

/** What a client shows before anybody logs in; it contains nothing secret and nothing personal. */
export const config: StepOf<typeof discovery, 'config'> = async ({ settings }, call) => {
  const today = shanghaiDay(call.now);
  const { policies } = settings;
  return ok({
    entries: entryNames.map((entry) => ({ ...entry })),
    documentTypes: documentTypes.map(({ code, zh, en, registration }) => ({ code, zh, en, registration })),
    channels: channelNames.map(({ code, zh }) => ({
      code,
      zh,
      ...(settings.appDownloads[code] ? { download: settings.appDownloads[code] } : {}),
    })),
    matters: settings.matters.map((matter) => ({ ...matter, channels: channelsFor(matter) })),
    legacyUntil: settings.legacyUntil,
    ...(settings.site ? { site: settings.site } : {}),
    announcements: settings.announcements
      .filter(({ until }) => until === undefined || today <= until)
      .map(({ kind, zh, en }) => ({ kind, zh, en })),
    policies: {
      smsGapSeconds: policies.smsGapSeconds,
      smsCodeSeconds: policies.smsCodeSeconds,
      lockoutFailures: policies.lockoutFailures,
      faceScanSeconds: policies.faceScanSeconds,
      qrLoginSeconds: policies.qrLoginSeconds,
      sessionIdleSeconds: policies.sessionIdleSeconds,
      consentVersion: policies.consentVersion,
    },
  });
};

export const openapi: StepOf<typeof discovery, 'openapi'> = async () => ok(await readDescription());

/** Verifiers may cache the keys for five minutes: a new key is published long before it signs (TOK-03). */
export const jwks: StepOf<typeof discovery, 'jwks'> = async (ctx, call) =>
  ok(
    { keys: publicJwks(ctx.signing, call.now).keys.map((key) => ({ ...key })) },
    { headers: { 'cache-control': 'public, max-age=300' } },
  );
