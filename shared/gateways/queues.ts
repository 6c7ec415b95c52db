import { queueVariable } from '#contract/flow.ts';
import { callAws, environment } from './aws.ts';

/**
 * Sends a message to a queue that the function's contract lists; it arrives at least once.
 * @param queue as the trigger of the flow that takes it is called
 * @throws AwsError where it was not taken, or nobody knows
 */
export async function sendMessage(queue: string, message: unknown): Promise<void> {
  await callAws('sqs', 'SendMessage', {
    QueueUrl: environment(queueVariable(queue)),
    MessageBody: JSON.stringify(message),
  });
}
