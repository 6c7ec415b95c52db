import { CodeSigningConfig, type ICodeSigningConfig } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Stage } from '../stage.ts';

/** That Lambda takes only code that the stage's signers have signed, or warns of other; nothing where it names none. */
export const signedCode = (
  scope: Construct,
  { codeSigningConfigArn }: Stage,
): { codeSigningConfig?: ICodeSigningConfig } =>
  codeSigningConfigArn
    ? {
        codeSigningConfig: CodeSigningConfig.fromCodeSigningConfigArn(scope, 'Signing', codeSigningConfigArn),
      }
    : {};
