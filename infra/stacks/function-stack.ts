import { join } from 'node:path';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FlowDeclaration } from '#contract/flow.ts';
import type { SharedResources } from '../constructs/environment.ts';
import { FlowFunction, timeoutSeconds } from '../constructs/flow-function.ts';
import { feedTrigger } from '../constructs/triggers/feed.ts';
import { queueTrigger } from '../constructs/triggers/queue.ts';
import { rotationTrigger } from '../constructs/triggers/rotation.ts';
import { scheduleTrigger } from '../constructs/triggers/schedule.ts';
import { streamTrigger } from '../constructs/triggers/stream.ts';
import type { Trigger } from '../constructs/triggers/trigger.ts';
import { hashingPool } from '../hashing-pool.ts';
import { checkProvisioned } from '../release.ts';
import type { Stage } from '../stage.ts';

export interface FunctionStackProps extends StackProps {
  readonly stage: Stage;
  readonly flows: readonly FlowDeclaration[];
  /** Has the bundled asset of each function in a folder of the flow's name. */
  readonly assets: string;
  readonly shared: SharedResources;
  readonly tablesKey: IKey;
}

/**
 * The functions of the contracts with their roles, and all triggers except routes: schedules, rotation, the feed,
 * streams, queues.
 */
export class FunctionStack extends Stack {
  readonly deadLetters: readonly Queue[];

  constructor(
    scope: Construct,
    id: string,
    { stage, flows, assets, shared, tablesKey, ...props }: FunctionStackProps,
  ) {
    super(scope, id, props);
    const pool = hashingPool(stage, flows);
    checkProvisioned(stage, flows, pool);
    const failed: Queue[] = [];
    for (const flow of flows) {
      const trigger = this.trigger(stage, flow, shared, tablesKey);
      if (trigger?.failed) failed.push(trigger.failed);
      const entry = new FlowFunction(this, {
        stage,
        flow,
        assetDirectory: join(assets, flow.name),
        shared,
        reserved: pool.get(flow.name),
        statements: trigger?.statements ?? [],
      });
      trigger?.connect(entry);
    }
    this.deadLetters = failed;
  }

  private trigger(
    stage: Stage,
    flow: FlowDeclaration,
    shared: SharedResources,
    tablesKey: IKey,
  ): Trigger | undefined {
    switch (flow.trigger?.kind) {
      case 'schedule':
        return scheduleTrigger(this, stage, flow, flow.trigger);
      case 'rotation':
        return rotationTrigger(this, flow, flow.trigger, shared);
      case 'feed':
        return feedTrigger(this, stage, timeoutSeconds(flow), tablesKey);
      case 'stream':
        return streamTrigger(this, stage, flow, flow.trigger, shared);
      case 'queue':
        return queueTrigger(this, stage, flow, flow.trigger);
      case undefined:
        return undefined;
    }
  }
}
