import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { type CfnElement, RemovalPolicy, type Stack } from 'aws-cdk-lib/core';
import { acknowledge } from '../exceptions.ts';
import { prefix } from '../names.ts';
import { assetsFolder, cacheControl } from '../portal/headers.ts';
import { withPageCopies } from '../portal/pages.ts';
import type { Stage } from '../stage.ts';

export interface PageUploadOptions {
  readonly stage: Stage;
  readonly bucket: Bucket;
  /** The built pages. */
  readonly files: string;
  /**
   * Whether every page's address is a copy of index.html, because nothing in front of the bucket maps addresses to it.
   */
  readonly copies: boolean;
}

/**
 * Uploads the built pages: first the assets, then the files that name them. Nothing is deleted, so a tab that was
 * opened before a deployment can still load its parts.
 */
export function uploadPages(stack: Stack, { stage, bucket, files, copies }: PageUploadOptions): void {
  const logGroup = new LogGroup(stack, 'UploadLogs', {
    logGroupName: `/aws/lambda/${prefix(stage)}-portal-upload`,
    retention: stage.logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  let before: BucketDeployment | undefined;
  const upload = (
    name: string,
    folder: string,
    cache: string,
    more: { exclude?: string[]; include?: string[]; contentType?: string },
  ): void => {
    const made = new BucketDeployment(stack, name, {
      sources: [Source.asset(folder)],
      destinationBucket: bucket as IBucket,
      cacheControl: [CacheControl.fromString(cache)],
      prune: false,
      memoryLimit: 512,
      logGroup,
      ...more,
    });
    if (before) made.node.addDependency(before);
    before = made;
  };
  const assets = `${assetsFolder}*`;
  upload('Assets', files, cacheControl.asset, { exclude: ['*'], include: [assets] });
  upload('Documents', files, cacheControl.page, { exclude: [assets] });
  if (copies)
    withPageCopies(files, (folders) => {
      // A name without an ending does not tell the file's type.
      for (const [at, folder] of folders.entries())
        upload(`Copies${at + 1}`, folder, cacheControl.page, { contentType: 'text/html; charset=utf-8' });
    });
  explain(stack, stage, bucket);
}

/** Explains an exception for the CDK's own function that unpacks the files; the library defines its role. */
function explain(
  stack: Stack,
  { partition, region, account = '<AWS::AccountId>' }: Stage,
  bucket: Bucket,
): void {
  const unpacking = stack.node.children.filter(({ node }) =>
    node.id.startsWith('Custom::CDKBucketDeployment'),
  );
  const reason =
    'The role that aws-s3-deployment gives its own function: it reads the asset and writes the objects of these two buckets, at deployments only.';
  const assets = `arn:${partition}:s3:::cdk-hnb659fds-assets-${account}-${region}/*`;
  const objects = `<${stack.getLogicalId(bucket.node.defaultChild as CfnElement)}.Arn>/*`;
  for (const unpack of unpacking) {
    for (const action of ['GetBucket*', 'GetObject*', 'List*', 'Abort*', 'DeleteObject*'])
      acknowledge(unpack, `AwsSolutions-IAM5[Action::s3:${action}]`, reason);
    for (const resource of [assets, objects])
      acknowledge(unpack, `AwsSolutions-IAM5[Resource::${resource}]`, reason);
    acknowledge(
      unpack,
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
      reason,
    );
    acknowledge(unpack, 'AwsSolutions-L1', 'aws-s3-deployment chooses the runtime of its own function.');
  }
}
