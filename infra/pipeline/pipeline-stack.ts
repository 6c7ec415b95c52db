import { CfnPipeline } from 'aws-cdk-lib/aws-codepipeline';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { PipelineConfig } from '../config.ts';
import { forThisAccount } from '../constructs/triggers/trigger.ts';
import { acknowledge } from '../exceptions.ts';
import { arn } from '../names.ts';
import { type Artifacts, buildProject, deployProject } from './builds.ts';
import { synthCommands, testCommands } from './pipeline-commands.ts';

export const pipelineName = 'ahtax-pipeline';

/**
 * From a commit to the users: test and synth without any rights, the first stage with its smoke journey, a person's
 * approval, the second stage with its own. Each deployment uses the assembly of the synth, so that nothing is built
 * twice.
 */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, { config, ...props }: StackProps & { config: PipelineConfig }) {
    super(scope, id, props);
    const { first, second } = config;
    const key = new Key(this, 'Key', {
      description:
        'Encrypts what the pipeline hands from step to step, and the persons of its smoke journeys',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const artifacts = { key, bucket: artifactBucket(this, key) };
    const test = buildProject(this, 'test', { artifacts, phases: { build: testCommands } });
    const synth = buildProject(this, 'synth', {
      artifacts,
      phases: { install: ['npm ci'], build: [first, second].flatMap(synthCommands) },
      output: 'cdk.out',
    });
    const deploys = [first, second].map((stage) => deployProject(this, stage, artifacts));
    const topic = this.topic(config, key);
    const pipeline = new CfnPipeline(this, 'Pipeline', {
      name: pipelineName,
      pipelineType: 'V2',
      // A commit waits for the commit before it, instead of overtaking it between two stages.
      executionMode: 'QUEUED',
      roleArn: this.role(config, artifacts, [test, synth, ...deploys], topic).roleArn,
      artifactStore: {
        type: 'S3',
        location: artifacts.bucket.bucketName,
        encryptionKey: { type: 'KMS', id: key.keyArn },
      },
      stages: [
        { name: 'Source', actions: [source(config)] },
        { name: 'Test', actions: [build('Test', test)] },
        { name: 'Synth', actions: [{ ...build('Synth', synth), outputArtifacts: [{ name: 'Assembly' }] }] },
        { name: `Deploy-${first}`, actions: [deployment(first, deploys[0])] },
        { name: 'Approve', actions: [approval(first, second, topic)] },
        { name: `Deploy-${second}`, actions: [deployment(second, deploys[1])] },
      ],
    });
    this.tellFailures(pipeline, topic);
  }

  private topic(config: PipelineConfig, key: Key): Topic {
    const topic = new Topic(this, 'Topic', { topicName: pipelineName, enforceSSL: true, masterKey: key });
    for (const email of config.emails) topic.addSubscription(new EmailSubscription(email));
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: forThisAccount,
      }),
    );
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: forThisAccount,
      }),
    );
    return topic;
  }

  private tellFailures(pipeline: CfnPipeline, topic: Topic): void {
    new CfnRule(this, 'Failed', {
      description: 'A run of the pipeline failed',
      eventPattern: {
        source: ['aws.codepipeline'],
        'detail-type': ['CodePipeline Pipeline Execution State Change'],
        detail: { pipeline: [pipeline.ref], state: ['FAILED'] },
      },
      targets: [{ id: 'topic', arn: topic.topicArn }],
    });
  }

  private role(
    { connectionArn }: PipelineConfig,
    { bucket, key }: Artifacts,
    projects: readonly string[],
    topic: Topic,
  ): Role {
    const allow = (actions: string[], resources: string[]) => new PolicyStatement({ actions, resources });
    const role = new Role(this, 'Role', {
      roleName: pipelineName,
      assumedBy: new ServicePrincipal('codepipeline.amazonaws.com', { conditions: forThisAccount }),
      description: 'Hands from step to step; deploys nothing itself',
      inlinePolicies: {
        steps: new PolicyDocument({
          statements: [
            allow(['s3:GetObject', 's3:PutObject'], [`${bucket.bucketArn}/*`]),
            allow(['s3:GetBucketLocation', 's3:ListBucket'], [bucket.bucketArn]),
            allow(['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn]),
            allow(
              ['codebuild:StartBuild', 'codebuild:BatchGetBuilds'],
              projects.map((name) => arn('codebuild', `project/${name}`)),
            ),
            allow(['codeconnections:UseConnection', 'codestar-connections:UseConnection'], [connectionArn]),
            allow(['sns:Publish'], [topic.topicArn]),
          ],
        }),
      },
    });
    acknowledge(
      role,
      `AwsSolutions-IAM5[Resource::<${this.getLogicalId(bucket.node.defaultChild as never)}.Arn>/*]`,
      'What a step hands on has no name before it does.',
    );
    return role;
  }
}

/** The bucket for what passes from step to step: code and templates, nothing personal, deleted after 30 days. */
function artifactBucket(scope: Construct, key: Key): Bucket {
  const bucket = new Bucket(scope, 'Artifacts', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.KMS,
    encryptionKey: key,
    bucketKeyEnabled: true,
    enforceSSL: true,
    lifecycleRules: [
      { expiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  acknowledge(
    bucket,
    'AwsSolutions-S1',
    'Only the steps of the pipeline read and write, and each has its log.',
  );
  return bucket;
}

type Action = CfnPipeline.ActionDeclarationProperty;

const source = ({ connectionArn, repository, branch }: PipelineConfig): Action => ({
  name: 'Source',
  actionTypeId: { category: 'Source', owner: 'AWS', provider: 'CodeStarSourceConnection', version: '1' },
  configuration: {
    ConnectionArn: connectionArn,
    FullRepositoryId: repository,
    BranchName: branch,
    OutputArtifactFormat: 'CODE_ZIP',
  },
  outputArtifacts: [{ name: 'Source' }],
});

const build = (name: string, project: string): Action => ({
  name,
  actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
  configuration: { ProjectName: project },
  inputArtifacts: [{ name: 'Source' }],
});

const deployment = (stage: string, project = ''): Action => ({
  ...build(`Deploy-${stage}`, project),
  configuration: { ProjectName: project, PrimarySource: 'Source' },
  inputArtifacts: [{ name: 'Source' }, { name: 'Assembly' }],
});

const approval = (first: string, second: string, topic: Topic): Action => ({
  name: 'Approve',
  actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
  configuration: {
    NotificationArn: topic.topicArn,
    CustomData: `${first} has the version and its smoke journey passed. Look at its dashboard, and at what would change in ${second} (npx cdk diff), before you approve.`,
  },
});
