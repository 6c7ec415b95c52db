import {
  CfnCloudFrontOriginAccessIdentity,
  type CfnDistribution,
  CfnOriginAccessControl,
} from 'aws-cdk-lib/aws-cloudfront';
import {
  CanonicalUserPrincipal,
  type IPrincipal,
  PolicyStatement,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from '../exceptions.ts';
import { prefix } from '../names.ts';
import type { Stage } from '../stage.ts';

/** The bucket of the pages, and the way in which only CloudFront can read it. */
export interface PageBucket {
  readonly bucket: Bucket;
  readonly origin: CfnDistribution.OriginProperty;
  /** Lets one distribution read. */
  readonly letRead: (distributionArn: string) => void;
}

/** The bucket holds only public files, so S3's own encryption is enough. */
export function pageBucket(scope: Construct, stage: Stage): PageBucket {
  const bucket = new Bucket(scope, 'Pages', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  acknowledge(
    bucket,
    'AwsSolutions-S1',
    'Public pages that only CloudFront reads; every deployment shows who wrote them.',
  );
  const { reader, ...access } = stage.partition === 'aws-cn' ? byIdentity(scope) : byControl(scope, stage);
  return {
    bucket,
    origin: { id: 'pages', domainName: bucket.bucketRegionalDomainName, ...access },
    letRead: (distributionArn) => {
      // With the permission to list, S3 answers 404 for a missing file, and not 403.
      for (const [action, resource] of [
        ['s3:GetObject', bucket.arnForObjects('*')],
        ['s3:ListBucket', bucket.bucketArn],
      ] as const)
        bucket.addToResourcePolicy(
          new PolicyStatement({
            principals: [reader],
            actions: [action],
            resources: [resource],
            ...(reader instanceof ServicePrincipal
              ? { conditions: { StringEquals: { 'AWS:SourceArn': distributionArn } } }
              : {}),
          }),
        );
    },
  };
}

type Access = Pick<CfnDistribution.OriginProperty, 's3OriginConfig' | 'originAccessControlId'> & {
  readonly reader: IPrincipal;
};

function byControl(scope: Construct, stage: Stage): Access {
  const control = new CfnOriginAccessControl(scope, 'Access', {
    originAccessControlConfig: {
      name: `${prefix(stage)}-pages`,
      originAccessControlOriginType: 's3',
      signingBehavior: 'always',
      signingProtocol: 'sigv4',
    },
  });
  return {
    originAccessControlId: control.attrId,
    s3OriginConfig: { originAccessIdentity: '' },
    reader: new ServicePrincipal('cloudfront.amazonaws.com'),
  };
}

/** CloudFormation has no origin access control in the China regions. */
function byIdentity(scope: Construct): Access {
  const identity = new CfnCloudFrontOriginAccessIdentity(scope, 'Access', {
    cloudFrontOriginAccessIdentityConfig: { comment: 'Reads the pages of the portal' },
  });
  return {
    s3OriginConfig: { originAccessIdentity: `origin-access-identity/cloudfront/${identity.ref}` },
    reader: new CanonicalUserPrincipal(identity.attrS3CanonicalUserId),
  };
}
