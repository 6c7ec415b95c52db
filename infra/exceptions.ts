import { Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** An exception from a cdk-nag rule: stands beside the resource it is for, with its reason. */
export function acknowledge(construct: IConstruct, id: string, reason: string): void {
  Validations.of(construct).acknowledge({ id, reason });
}
