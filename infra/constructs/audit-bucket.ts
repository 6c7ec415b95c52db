import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from '../exceptions.ts';
import { ownAuditCopy } from '../names.ts';
import type { Stage } from '../stage.ts';
import { keepByTlsOnly, privateAccess } from './private-bucket.ts';

/**
 * The bucket of the audit's second copy (AUD-1), for stages that name no bucket of another account. In compliance mode
 * nobody, the account's root user included, can change or delete an object before its days are over.
 */
export function auditBucket(scope: Construct, stage: Stage): void {
  const days = stage.settings.policies.auditRetentionDays;
  const bucket = new CfnBucket(scope, 'audit-copy', {
    bucketName: ownAuditCopy(stage),
    objectLockEnabled: true,
    objectLockConfiguration: {
      objectLockEnabled: 'Enabled',
      rule: { defaultRetention: { mode: 'COMPLIANCE', days } },
    },
    versioningConfiguration: { status: 'Enabled' },
    ...privateAccess,
    // S3's own key: whoever could delete a key of ours could make the locked copy unreadable.
    bucketEncryption: {
      serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
    },
    lifecycleConfiguration: {
      rules: [
        {
          id: 'copies-pass',
          status: 'Enabled',
          expirationInDays: days + 1,
          noncurrentVersionExpiration: { noncurrentDays: 1 },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
        { id: 'markers-pass', status: 'Enabled', expiredObjectDeleteMarker: true },
      ],
    },
  });
  acknowledge(
    bucket,
    'AwsSolutions-S1',
    'One function writes, and its log and the table show what; reading is an event of CloudTrail.',
  );
  keepByTlsOnly(scope, 'audit-copy-policy', bucket);
}
