import { queueVariable } from '#contract/flow.ts';
import { callAws, environment } from './aws.ts';

/**
 * Sends a message to a queue that the function's contract lists; the message arrives at least once.
 * @param queue the name in the trigger of the flow that receives it
 * @throws AwsError if the queue did not accept the message, or its answer was lost
 */
export async function sendMessage(queue: string, message: unknown): Promise<void> {
  await callAws('sqs', 'SendMessage', {
    QueueUrl: environment(queueVariable(queue)),
    MessageBody: JSON.stringify(message),
  });
}
