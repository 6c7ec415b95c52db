import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Stage } from '../stage.ts';

/** Logs that are kept for long stay when their stack goes; those of a failed first deployment go with it. */
export const logRemoval = ({ logRetentionDays }: Stage): RemovalPolicy =>
  logRetentionDays > 30 ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
