import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret, type CfnSecretProps } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnDeletionPolicy, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { SecretName } from '#contract/flow.ts';
import { type TableDeclaration, type TableName, tables } from '#contract/tables.ts';
import type { SharedResources } from '../constructs/environment.ts';
import { stageKey } from '../constructs/keys.ts';
import { flowTable } from '../constructs/table.ts';
import { acknowledge } from '../exceptions.ts';
import { originSecretName, prefix } from '../names.ts';
import type { Stage } from '../stage.ts';

/** Everything that must outlive a deployment: tables, secrets and the keys they are encrypted under. */
export class DataStack extends Stack {
  readonly shared: SharedResources;
  readonly tablesKey: IKey;

  constructor(scope: Construct, id: string, { stage, ...props }: StackProps & { readonly stage: Stage }) {
    super(scope, id, props);
    this.tablesKey = stageKey(this, 'TablesKey', {
      stage,
      alias: `${prefix(stage)}-tables`,
      description: 'Encrypts the tables and the registry feed at rest',
      through: ['dynamodb', 's3'],
    });
    const secretsKey = stageKey(this, 'SecretsKey', {
      stage,
      alias: `${prefix(stage)}-secrets`,
      description: 'Encrypts the secrets at rest',
      through: ['secretsmanager'],
    });
    const dataKey = stageKey(this, 'DataKey', {
      stage,
      alias: `${prefix(stage)}-data`,
      description: 'Wraps the monthly data keys of sealed fields',
      grantable: ['kms:Decrypt', 'kms:GenerateDataKey'],
    });
    const streamArns: Partial<Record<TableName, string>> = {};
    for (const [name, declaration] of Object.entries<TableDeclaration>(tables)) {
      const table = flowTable(this, stage, name as TableName, declaration, this.tablesKey);
      if (declaration.streams) streamArns[name as TableName] = table.attrStreamArn;
    }
    this.shared = {
      secretArns: this.secrets(stage, secretsKey),
      dataKeyArn: dataKey.keyArn,
      streamArns,
    };
  }

  private secrets(stage: Stage, key: IKey): Record<SecretName, string> {
    const make = (
      name: SecretName | 'origin',
      description: string,
      content: Partial<CfnSecretProps>,
    ): CfnSecret => {
      const secret = new CfnSecret(this, `${name}-secret`, {
        name: `${prefix(stage)}/${name}`,
        description,
        kmsKeyId: key.keyArn,
        ...content,
      });
      secret.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN;
      secret.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
      return secret;
    };
    /** CloudFormation writes it once; afterwards the rotation (or an operator) owns the content. */
    const placeholder = { secretString: '{}' };
    const root = make('root', 'Index, pepper and code keys are derived from it', {
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: '1',
        passwordLength: 64,
        excludePunctuation: true,
      },
    });
    const signing = make(
      'signing',
      'JWT signing keys (TOK-03), filled and rotated by key-rotation',
      placeholder,
    );
    const sealing = make(
      'sealing',
      'Wrapped data keys of sealed fields, filled and rotated by key-rotation',
      placeholder,
    );
    const providers = make(
      'providers',
      'Credentials of the SMS and face providers, filled by an operator',
      placeholder,
    );
    acknowledge(
      root,
      'AwsSolutions-SMG4',
      'The keys of persons and phones are HMACs under it: changing it needs a re-keying of the tables, so it is versioned, not rotated.',
    );
    acknowledge(
      providers,
      'AwsSolutions-SMG4',
      'The credentials are issued by the providers; an operator replaces them when the provider does.',
    );
    for (const secret of [signing, sealing])
      acknowledge(
        secret,
        'AwsSolutions-SMG4',
        'Rotated by the schedule in the api stack, where the function lives.',
      );
    if (stage.portal)
      acknowledge(
        make('origin', 'Shown by CloudFront to the API, which then believes its word about the caller', {
          name: originSecretName(stage),
          generateSecretString: { passwordLength: 48, excludePunctuation: true },
        }),
        'AwsSolutions-SMG4',
        'CloudFront and the functions read it at a deployment: both have to change together, which a schedule cannot do. It opens nothing; it only vouches for an address.',
      );
    return { root: root.ref, signing: signing.ref, sealing: sealing.ref, providers: providers.ref };
  }
}
