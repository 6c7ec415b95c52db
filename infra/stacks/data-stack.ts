import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret, type CfnSecretProps } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnDeletionPolicy, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FlowDeclaration, SecretName } from '#contract/flow.ts';
import { type TableDeclaration, type TableName, tables } from '#contract/tables.ts';
import { auditBucket } from '../constructs/audit-bucket.ts';
import { canaryFlow } from '../constructs/canary.ts';
import { rotatesDataKeys, type SharedResources } from '../constructs/environment.ts';
import { stageKey } from '../constructs/keys.ts';
import { onlyReadBy, readersOf } from '../constructs/secret-readers.ts';
import { flowTable } from '../constructs/table.ts';
import { acknowledge } from '../exceptions.ts';
import { originSecretName, prefix, roleArn } from '../names.ts';
import { shiftsTraffic } from '../release.ts';
import type { Stage } from '../stage.ts';

export interface DataStackProps extends StackProps {
  readonly stage: Stage;
  /** Their contracts tell who reads which secret. */
  readonly flows: readonly FlowDeclaration[];
}

/** Everything that must outlive a deployment: tables, secrets, and the keys under which they are encrypted. */
export class DataStack extends Stack {
  readonly shared: SharedResources;
  readonly tablesKey: IKey;
  /** The secret with which the canary logs in; undefined if the stage has no canary. */
  readonly canarySecretArn: string | undefined;

  constructor(scope: Construct, id: string, { stage, flows, ...props }: DataStackProps) {
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
      users: {
        'kms:Decrypt': readersOf(stage, flows, 'sealing'),
        'kms:GenerateDataKey': flows.filter(rotatesDataKeys).map(({ name }) => roleArn(stage, name)),
      },
      purpose: 'sealing',
    });
    const streamArns: Partial<Record<TableName, string>> = {};
    for (const [name, declaration] of Object.entries<TableDeclaration>(tables)) {
      const table = flowTable(this, stage, name as TableName, declaration, this.tablesKey);
      if (declaration.streams) streamArns[name as TableName] = table.attrStreamArn;
    }
    if (!stage.auditCopyBucket) auditBucket(this, stage);
    const { secretArns, canarySecretArn } = this.secrets(stage, flows, secretsKey);
    // Always exported, whether or not a flow uses them: CloudFormation refuses to remove an export while the old
    // version of the other stack still uses it.
    for (const known of [
      ...Object.values(secretArns),
      ...Object.values(streamArns),
      dataKey.keyArn,
      this.tablesKey.keyArn,
    ])
      this.exportValue(known);
    this.canarySecretArn = canarySecretArn;
    this.shared = {
      secretArns,
      dataKeyArn: dataKey.keyArn,
      streamArns,
    };
  }

  private secrets(
    stage: Stage,
    flows: readonly FlowDeclaration[],
    key: IKey,
  ): { readonly secretArns: Record<SecretName, string>; readonly canarySecretArn: string | undefined } {
    let canarySecretArn: string | undefined;
    const make = (
      name: SecretName | 'origin' | 'canary',
      description: string,
      content: Partial<CfnSecretProps>,
    ): CfnSecret => {
      const secret = new CfnSecret(this, `${name}-secret`, {
        name: `${prefix(stage)}/${name}`,
        description,
        kmsKeyId: key.keyArn,
        ...content,
      });
      secret.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
      secret.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
      return secret;
    };
    /** CloudFormation writes it once; afterwards the rotation (or an operator) changes the content. */
    const placeholder = { secretString: '{}' };
    /** Version 1 of a secret that never rotates by itself. */
    const firstVersion = {
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: '1',
        passwordLength: 64,
        excludePunctuation: true,
      },
    };
    const root = make(
      'root',
      'The keys of personal fields (index, pepper) are derived from it',
      firstVersion,
    );
    const handles = make(
      'handles',
      'The keys of codes, refresh tokens, challenges and pseudonyms are derived from it',
      firstVersion,
    );
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
      handles,
      'AwsSolutions-SMG4',
      'A new version ends everybody’s session, and version 1 is known to tax systems by its pseudonyms: it is versioned by an operator (docs/operations.md).',
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
        'Rotated by the schedule in the stack of the functions, where the function lives.',
      );
    if (shiftsTraffic(stage)) {
      const canary = make(
        'canary',
        'The made-up person who logs in every five minutes, filled by an operator',
        placeholder,
      );
      acknowledge(
        canary,
        'AwsSolutions-SMG4',
        'A password of a made-up person, which a person changes in the portal.',
      );
      onlyReadBy(this, 'canary', canary, [roleArn(stage, canaryFlow), ...(stage.custodians ?? [])]);
      canarySecretArn = canary.ref;
    }
    if (stage.portal)
      acknowledge(
        make('origin', 'Shown by CloudFront to the API, which then believes its word about the caller', {
          name: originSecretName(stage),
          generateSecretString: { passwordLength: 48, excludePunctuation: true },
        }),
        'AwsSolutions-SMG4',
        'CloudFront and the functions read it at a deployment: both have to change together, which a schedule cannot do. It opens nothing; it only vouches for an address.',
      );
    const all = { root, handles, signing, sealing, providers };
    for (const [name, secret] of Object.entries(all))
      onlyReadBy(this, name, secret, [
        ...readersOf(stage, flows, name as SecretName),
        ...(stage.custodians ?? []),
      ]);
    return {
      secretArns: {
        root: root.ref,
        handles: handles.ref,
        signing: signing.ref,
        sealing: sealing.ref,
        providers: providers.ref,
      },
      canarySecretArn,
    };
  }
}
