import type { TestProject } from 'vitest/node';
import { openDynamoDb } from '../../infra/local/emulators/dynamodb-local.ts';

/**
 * One DynamoDB Local for the whole run, or the one that DYNAMODB_ENDPOINT names; every runtime has a namespace of its
 * own in it.
 */
export default async function setup(project: TestProject) {
  const local = await openDynamoDb();
  project.provide('dynamodbEndpoint', local.endpoint);
  return () => local.stop();
}
