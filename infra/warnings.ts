import type { Stage } from './stage.ts';

/**
 * What a person who synthesizes a stage must know, one sentence each. Every template's description has the same
 * sentences.
 */
export function warningsOf(stage: Stage): string[] {
  const all: string[] = [];
  if (stage.standIns.length > 0)
    all.push('REHEARSAL: settings are stand-ins, nobody can be served by this stage.');
  if (stage.partition !== 'aws-cn')
    all.push('FOR NO REAL PERSON: this stage is outside the mainland (docs/data-residency.md).');
  if (stage.first)
    all.push('FIRST DEPLOYMENT: nothing is protected from deletion. Deploy again without -c first=true.');
  return all;
}

/** What the stage's partition does not support, and what replaces it; printed for the person who synthesizes. */
export const unsupportedIn = ({ partition }: Pick<Stage, 'partition'>): string[] =>
  partition === 'aws'
    ? []
    : [
        'aws-cn answers a call without an AWS signature only in an account with an ICP filing: apply for it before the first deployment (docs/operations.md).',
        'aws-cn has no CodePipeline: .github/workflows/deploy.yml deploys, by a runner in the account.',
        'aws-cn has no X-Ray for Lambda: the traceId of an answer finds its lines (saved query "trace").',
        'aws-cn has no CloudFront metrics in this region, and none of IAM certificates: the canary comes through CloudFront and counts the certificate’s days.',
        'aws-cn has no access log of CloudFront with chosen fields: the log of API Gateway has every call.',
      ];
