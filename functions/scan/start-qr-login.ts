import { newScan } from '#journeys/factors/scans.ts';
import { created } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { scan } from './contract.ts';

/** Shows a code for a person who is logged in on a phone (QR-1); the person is not known yet. */
export const startQrLogin: StepOf<typeof scan, 'qrLogin'> = async (ctx, call) =>
  created(
    await newScan(
      ctx,
      call,
      { purpose: 'login', action: 'confirm-qr-login', counts: 'scan' },
      '',
      ctx.settings.policies.qrLoginSeconds,
    ),
  );
