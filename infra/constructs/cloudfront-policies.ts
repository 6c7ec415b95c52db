import {
  CfnCachePolicy,
  type CfnDistribution,
  CfnFunction,
  CfnOriginRequestPolicy,
  CfnResponseHeadersPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import { prefix } from '../names.ts';
import { fallbackFunction } from '../portal/fallback.ts';
import { portalHeaders, strictTransportSeconds } from '../portal/headers.ts';
import type { Stage } from '../stage.ts';

/**
 * Only the path distinguishes files; each file's own header tells how long it may be cached. `seconds` 0: nothing is
 * cached.
 */
export function cachePolicy(
  scope: Construct,
  stage: Stage,
  name: string,
  { seconds }: { readonly seconds: number },
): string {
  const keeps = seconds > 0;
  return new CfnCachePolicy(scope, `Cache-${name}`, {
    cachePolicyConfig: {
      name: `${prefix(stage)}-${name}`,
      minTtl: 0,
      defaultTtl: seconds,
      maxTtl: keeps ? 31_536_000 : 0,
      parametersInCacheKeyAndForwardedToOrigin: {
        enableAcceptEncodingBrotli: keeps,
        enableAcceptEncodingGzip: keeps,
        cookiesConfig: { cookieBehavior: 'none' },
        headersConfig: { headerBehavior: 'none' },
        queryStringsConfig: { queryStringBehavior: 'none' },
      },
    },
  }).ref;
}

/** Shown beside somebody's last login; CloudFront in partition aws-cn names no places. */
const viewerCity = 'CloudFront-Viewer-City';

/**
 * The API gets the request as the viewer sent it, the Host header included: the API's regional host recognises our
 * domain by this header. To pass the whole request is also the only way to add CloudFront's own header, because a
 * policy that leaves out headers of the viewer cannot add others (ADR 0024).
 */
export const wholeRequest = (scope: Construct, stage: Stage): string =>
  new CfnOriginRequestPolicy(scope, 'WholeRequest', {
    originRequestPolicyConfig: {
      name: `${prefix(stage)}-whole-request`,
      headersConfig: {
        headerBehavior: 'allViewerAndWhitelistCloudFront',
        headers: ['CloudFront-Viewer-Address', ...(stage.partition === 'aws-cn' ? [] : [viewerCity])],
      },
      cookiesConfig: { cookieBehavior: 'all' },
      queryStringsConfig: { queryStringBehavior: 'all' },
    },
  }).ref;

const onEveryAnswer = {
  contentTypeOptions: { override: true },
  strictTransportSecurity: {
    accessControlMaxAgeSec: strictTransportSeconds,
    includeSubdomains: true,
    override: true,
  },
};

/** The functions set these headers themselves; this policy adds them to answers that API Gateway gives alone. */
export const apiHeaders = (scope: Construct, stage: Stage): string =>
  new CfnResponseHeadersPolicy(scope, 'ApiHeaders', {
    responseHeadersPolicyConfig: { name: `${prefix(stage)}-api`, securityHeadersConfig: onEveryAnswer },
  }).ref;

export function pageHeaders(scope: Construct, stage: Stage): string {
  const {
    'content-security-policy': policy,
    'referrer-policy': referrerPolicy,
    'x-frame-options': frameOption,
    'x-content-type-options': _nosniff,
    ...others
  } = portalHeaders;
  return new CfnResponseHeadersPolicy(scope, 'PageHeaders', {
    responseHeadersPolicyConfig: {
      name: `${prefix(stage)}-pages`,
      securityHeadersConfig: {
        ...onEveryAnswer,
        contentSecurityPolicy: { contentSecurityPolicy: policy, override: true },
        frameOptions: { frameOption, override: true },
        referrerPolicy: { referrerPolicy, override: true },
      },
      customHeadersConfig: {
        items: Object.entries(others).map(([header, value]) => ({ header, value, override: true })),
      },
    },
  }).ref;
}

/** Serves the portal's single page for every address, on the behaviour to which it is attached. */
export function fallback(scope: Construct, stage: Stage): CfnDistribution.FunctionAssociationProperty {
  const { attrFunctionArn: functionArn } = new CfnFunction(scope, 'Fallback', {
    name: `${prefix(stage)}-fallback`,
    autoPublish: true,
    functionCode: fallbackFunction,
    functionConfig: {
      comment: 'Every page of the portal is index.html or has a first view',
      runtime: 'cloudfront-js-2.0',
    },
  });
  return { eventType: 'viewer-request', functionArn };
}
