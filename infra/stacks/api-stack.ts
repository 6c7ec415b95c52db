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
 * The HTTP API with the routes of the contracts. It knows the functions by name: an export of theirs that is in use could
 * not go with its flow.
 */
export class ApiStack extends Stack {
  readonly api: FlowApi;

  constructor(scope: Construct, id: string, { stage, flows, ...props }: ApiStackProps) {
    super(scope, id, props);
    this.api = new FlowApi(this, 'http', { stage, flows });
    // As in data-stack.ts.
    for (const known of [this.api.apiId, this.api.regionalHost]) if (known) this.exportValue(known);
  }
}
