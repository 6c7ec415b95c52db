import { createHash } from 'node:crypto';

/** Where stacks are deployed, as far as names depend on it. */
export interface Environment {
  readonly region: string;
  readonly account: string;
  readonly partition: 'aws' | 'aws-cn';
}

/** The property that holds a resource's own name, and the form of its ARN. */
export const kinds: Readonly<
  Record<string, { name: string; arn: (e: Environment, name: string) => string }>
> = {
  'AWS::DynamoDB::Table': { name: 'TableName', arn: (e, n) => arn(e, 'dynamodb', `table/${n}`) },
  'AWS::DynamoDB::GlobalTable': { name: 'TableName', arn: (e, n) => arn(e, 'dynamodb', `table/${n}`) },
  'AWS::Lambda::Function': { name: 'FunctionName', arn: (e, n) => arn(e, 'lambda', `function:${n}`) },
  'AWS::IAM::Role': { name: 'RoleName', arn: (e, n) => `arn:${e.partition}:iam::${e.account}:role/${n}` },
  'AWS::SecretsManager::Secret': {
    name: 'Name',
    arn: (e, n) => arn(e, 'secretsmanager', `secret:${n}-${digest(n, 6)}`),
  },
  'AWS::KMS::Key': { name: '', arn: (e, n) => arn(e, 'kms', `key/${n}`) },
  'AWS::KMS::Alias': { name: 'AliasName', arn: (e, n) => arn(e, 'kms', n) },
  'AWS::Logs::LogGroup': { name: 'LogGroupName', arn: (e, n) => arn(e, 'logs', `log-group:${n}:*`) },
  'AWS::Scheduler::Schedule': { name: 'Name', arn: (e, n) => arn(e, 'scheduler', `schedule/default/${n}`) },
  'AWS::S3::Bucket': { name: 'BucketName', arn: (e, n) => `arn:${e.partition}:s3:::${n}` },
  'AWS::SQS::Queue': { name: 'QueueName', arn: (e, n) => arn(e, 'sqs', n) },
  'AWS::SNS::Topic': { name: 'TopicName', arn: (e, n) => arn(e, 'sns', n) },
};
/** Types whose `Ref` is the ARN. */
export const refIsArn = new Set([
  'AWS::SecretsManager::Secret',
  'AWS::SNS::Topic',
  'AWS::Lambda::Alias',
  'AWS::Lambda::Version',
  'AWS::IAM::ManagedPolicy',
]);

export const arn = (e: Environment, service: string, rest: string): string =>
  `arn:${e.partition}:${service}:${e.region}:${e.account}:${rest}`;
const digest = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length);
export const uuid = (text: string): string =>
  digest(text, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
