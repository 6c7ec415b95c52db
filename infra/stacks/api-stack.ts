import { Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FlowDeclaration } from '#contract/flow.ts';
import { FlowApi } from '../constructs/http-api.ts';
import type { Stage } from '../stage.ts';

export interface ApiStackProps extends StackProps {
  readonly stage: Stage;
  readonly flows: readonly FlowDeclaration[];
}

/**
 * The HTTP API with the routes of the contracts. The API refers to the functions by name, not by export: CloudFormation
 * does not remove an export that is in use, so no flow could be removed.
 */
export class ApiStack extends Stack {
  readonly api: FlowApi;

  constructor(scope: Construct, id: string, { stage, flows, ...props }: ApiStackProps) {
    super(scope, id, props);
    this.api = new FlowApi(this, 'http', { stage, flows });
    // Always exported, for the reason in data-stack.ts.
    for (const known of [this.api.apiId, this.api.regionalHost]) if (known) this.exportValue(known);
  }
}
