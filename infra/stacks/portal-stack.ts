import { CfnDistribution } from 'aws-cdk-lib/aws-cloudfront';
import { Aws, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { PortalConfig } from '../config.ts';
import {
  apiHeaders,
  cachePolicy,
  fallback,
  pageHeaders,
  wholeRequest,
} from '../constructs/cloudfront-policies.ts';
import { originSecret } from '../constructs/environment.ts';
import { pageBucket } from '../constructs/page-bucket.ts';
import { uploadPages } from '../constructs/page-upload.ts';
import { acknowledge } from '../exceptions.ts';
import { prefix } from '../names.ts';
import { loginFile } from '../portal/fallback.ts';
import type { Stage } from '../stage.ts';
import { distributionIdOutput } from './portal-alarm-stack.ts';
import { distributionOutput } from './portal-log-stack.ts';

export interface PortalStackProps extends StackProps {
  readonly stage: Stage;
  readonly portal: PortalConfig;
  readonly domain: string;
  /** The API's regional host name, which accepts requests for the domain. */
  readonly apiHost: string;
  /** The built pages (mode production). */
  readonly files: string;
}

/** Error statuses that CloudFront would otherwise cache for ten seconds; no answer of the API may be cached. */
const errorStatuses = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];
const apiPaths = ['/v1/*', '/oauth2/*', '/.well-known/*'];

/** CloudFront: one origin for the pages (private bucket) and the API. */
export class PortalStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { stage, portal, domain, apiHost, files, ...props }: PortalStackProps,
  ) {
    super(scope, id, props);
    const china = stage.partition === 'aws-cn';
    const { bucket, origin, letRead } = pageBucket(this, stage);
    const distribution = new CfnDistribution(this, 'Distribution', {
      distributionConfig: {
        enabled: true,
        comment: `${prefix(stage)}: portal and API`,
        aliases: [domain],
        defaultRootObject: loginFile,
        // The China regions support neither of the two.
        httpVersion: china ? 'http2' : 'http2and3',
        ipv6Enabled: !china,
        priceClass: portal.priceClass ?? 'PriceClass_All',
        viewerCertificate: {
          ...(china ? { iamCertificateId: portal.certificate } : { acmCertificateArn: portal.certificate }),
          minimumProtocolVersion: 'TLSv1.2_2021',
          sslSupportMethod: 'sni-only',
        },
        restrictions: {
          geoRestriction: portal.countries
            ? { restrictionType: 'whitelist', locations: [...portal.countries] }
            : { restrictionType: 'none' },
        },
        origins: [origin, this.api(stage, apiHost)],
        defaultCacheBehavior: {
          targetOriginId: origin.id,
          viewerProtocolPolicy: 'redirect-to-https',
          allowedMethods: ['GET', 'HEAD'],
          cachePolicyId: cachePolicy(this, stage, 'pages', { seconds: 86_400 }),
          responseHeadersPolicyId: pageHeaders(this, stage),
          ...(china ? {} : { functionAssociations: [fallback(this, stage)] }),
          compress: true,
        },
        cacheBehaviors: this.apiBehaviours(stage),
        customErrorResponses: errorStatuses.map((errorCode) => ({ errorCode, errorCachingMinTtl: 0 })),
      },
    });
    const distributionArn = `arn:${Aws.PARTITION}:cloudfront::${Aws.ACCOUNT_ID}:distribution/${distribution.ref}`;
    new CfnOutput(this, distributionOutput, { value: distributionArn });
    new CfnOutput(this, distributionIdOutput, { value: distribution.ref });
    // The name to which the domain's DNS record must point.
    new CfnOutput(this, 'DistributionDomain', { value: distribution.attrDomainName });
    letRead(distributionArn);
    // Without a function in front of the bucket, every page's address must be an object in it.
    uploadPages(this, { stage, bucket, files, copies: china });
    explain(distribution, portal, china);
  }

  private api(stage: Stage, domainName: string): CfnDistribution.OriginProperty {
    return {
      id: 'api',
      domainName,
      customOriginConfig: { originProtocolPolicy: 'https-only', originSslProtocols: ['TLSv1.2'] },
      originCustomHeaders: [{ headerName: 'x-origin-secret', headerValue: originSecret(stage) }],
    };
  }

  private apiBehaviours(stage: Stage): CfnDistribution.CacheBehaviorProperty[] {
    const behaviour = {
      targetOriginId: 'api',
      viewerProtocolPolicy: 'https-only',
      allowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
      cachePolicyId: cachePolicy(this, stage, 'nothing', { seconds: 0 }),
      originRequestPolicyId: wholeRequest(this, stage),
      responseHeadersPolicyId: apiHeaders(this, stage),
      compress: false,
    };
    return apiPaths.map((pathPattern) => ({ pathPattern, ...behaviour }));
  }
}

function explain(distribution: CfnDistribution, portal: PortalConfig, china: boolean): void {
  if (!portal.countries)
    acknowledge(
      distribution,
      'AwsSolutions-CFR1',
      'Taxpayers file from abroad too; a stage restricts countries by portal.countries.',
    );
  acknowledge(
    distribution,
    'AwsSolutions-CFR2',
    'The budgets per address and the challenge behind them (LGN-12) do the work, in both partitions alike.',
  );
  acknowledge(
    distribution,
    'AwsSolutions-CFR3',
    china
      ? 'The only log that partition aws-cn offers holds whole paths, which are handles to open tickets, and queries (DATA-01). Every call of the API has its line in the log of API Gateway, by route.'
      : 'The log of this property holds whole paths, which are handles to open tickets, and queries (DATA-01). The stack portal-logs delivers chosen fields instead.',
  );
  if (china)
    acknowledge(
      distribution,
      'AwsSolutions-CFR7',
      'Partition aws-cn has no origin access control in CloudFormation: an origin access identity reads the bucket.',
    );
}
