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
 * Nobody but these roles reads the secret, whatever his own policies allow: neither an administrator nor
 * the deployment. Among them are the custodians of the stage, who keep the bureau's copy. Whoever may change this
 * policy can let himself in; CloudTrail then has a PutResourcePolicy (docs/operations.md).
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
          // In a secret's policy `*` is the secret itself.
          resources: ['*'],
          conditions: {
            StringNotEquals: { 'aws:PrincipalArn': [...readers] },
          },
        }),
      ],
    }),
  });
}
