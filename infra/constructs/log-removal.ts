import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Stage } from '../stage.ts';

/**
 * Logs with a long retention stay when their stack is deleted; those of a failed first deployment are deleted with it.
 */
export const logRemoval = ({ logRetentionDays }: Stage): RemovalPolicy =>
  logRetentionDays > 30 ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
