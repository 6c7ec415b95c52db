import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnResourcePolicy, type CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { FlowDeclaration, SecretName } from '#contract/flow.ts';
import { roleArn } from '../names.ts';
import type { Stage } from '../stage.ts';

/** The roles of the flows whose contract names the secret. */
export const readersOf = (stage: Stage, flows: readonly FlowDeclaration[], secret: SecretName): string[] =>
  flows.filter(({ secrets }) => secrets?.includes(secret)).map(({ name }) => roleArn(stage, name));

/**
 * Only these roles may read the secret, whatever the policies of others allow: neither an administrator nor the
 * deployment may. The stage's custodians, who keep the bureau's copy, are among them. A person who may change this
 * policy could give themselves access; CloudTrail then shows a PutResourcePolicy (docs/operations.md).
 */
export function onlyReadBy(
  scope: Construct,
  name: string,
  secret: CfnSecret,
  readers: readonly string[],
): void {
  new CfnResourcePolicy(scope, `${name}-readers`, {
    secretId: secret.ref,
    blockPublicPolicy: true,
    resourcePolicy: new PolicyDocument({
      statements: [
        new PolicyStatement({
          sid: 'OnlyItsReaders',
          effect: Effect.DENY,
          principals: [new AnyPrincipal()],
          actions: ['secretsmanager:GetSecretValue'],
          // In a secret's policy `*` means the secret itself.
          resources: ['*'],
          conditions: {
            StringNotEquals: { 'aws:PrincipalArn': [...readers] },
          },
        }),
      ],
    }),
  });
}
