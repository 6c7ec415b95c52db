import { Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** An exception from a cdk-nag rule, with its reason; written beside the resource that it concerns. */
export function acknowledge(construct: IConstruct, id: string, reason: string): void {
  Validations.of(construct).acknowledge({ id, reason });
}
