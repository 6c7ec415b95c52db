import { CodeSigningConfig, type ICodeSigningConfig } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Stage } from '../stage.ts';

/**
 * Makes Lambda refuse, or warn of, code that the stage's signers have not signed; empty if the stage names no
 * configuration.
 */
export const signedCode = (
  scope: Construct,
  { codeSigningConfigArn }: Stage,
): { codeSigningConfig?: ICodeSigningConfig } =>
  codeSigningConfigArn
    ? {
        codeSigningConfig: CodeSigningConfig.fromCodeSigningConfigArn(scope, 'Signing', codeSigningConfigArn),
      }
    : {};
