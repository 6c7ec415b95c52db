import type { Settings } from '#contract/settings.ts';
import { asObject, OutboundError, safeCode } from '../outbound.ts';
import type { ProviderCredentials } from '../secrets.ts';
import { callTencent, tencentCredentials } from '../tencent-api.ts';
import { type FaceGateway, type FaceOutcome, FaceRefused, FaceUnavailable } from './gateway.ts';

type TencentSettings = Extract<Settings['face'], { kind: 'tencent' }>;

/**
 * Tencent Cloud FaceID (人脸核身), API 3.0, version 2018-03-01: DetectAuth opens a session for name and document, the
 * app runs it, GetDetectInfoEnhanced returns the result. The ticket is not sent to the provider, because it gives
 * access to our journeys.
 */
export function tencentFace(
  settings: TencentSettings,
  credentials: () => Promise<ProviderCredentials>,
  endpoint?: string,
): FaceGateway {
  const ask = async (action: string, input: Readonly<Record<string, unknown>>) => {
    const keys = tencentCredentials((await credentials()).tencent);
    const request = {
      service: 'faceid',
      action,
      version: '2018-03-01',
      region: settings.region,
      input,
      endpoint,
    } as const;
    const response = await callTencent(request, keys).catch((error: unknown) => {
      throw new FaceUnavailable(
        'tencent',
        error instanceof OutboundError ? error.failure : 'no readable answer',
      );
    });
    const refused = asObject(response.Error);
    if (!refused) return response;
    const code = safeCode(refused.Code);
    throw code.startsWith('InvalidParameter')
      ? new FaceRefused('tencent', code)
      : new FaceUnavailable('tencent', code);
  };

  return {
    async start({ name, documentNumber }) {
      const { BizToken } = await ask('DetectAuth', {
        RuleId: settings.ruleId,
        Name: name,
        IdCard: documentNumber,
      });
      if (typeof BizToken !== 'string' || BizToken === '') throw new FaceUnavailable('tencent', 'no-token');
      return { provider: 'tencent', token: BizToken };
    },
    async result(token) {
      // InfoType 1: only the text of the result, no picture, no video (REG-6).
      const response = await ask('GetDetectInfoEnhanced', {
        BizToken: token,
        RuleId: settings.ruleId,
        InfoType: '1',
      });
      return { outcome: outcomeOf(asObject(response.Text)?.ErrCode), transactionId: token };
    },
  };
}

/** Codes that say nothing about the person: the provider's engines or data sources are busy or broken. */
const providerFaultCodes = new Set([4, 8, 10, 12, 13, 1001, 1006, 2001]);
/** Codes for another person's face or document, or a pair of name and number that does not exist. */
const mismatchCodes = new Set([301, 2002, 2003, 2006, 2011, 2016]);

/** Only 0 is a pass; an unknown code is a failure. */
function outcomeOf(code: unknown): FaceOutcome {
  if (code === null || code === undefined || code === 17) return 'pending';
  if (code === 0) return 'pass';
  if (typeof code === 'number' && providerFaultCodes.has(code))
    throw new FaceUnavailable('tencent', safeCode(code));
  return typeof code === 'number' && mismatchCodes.has(code) ? 'mismatch' : 'fail';
}
