import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http/http.ts';
import { isObject, type JsonObject, objectOf, parseJson } from '../http/json.ts';
import {
  callerOf,
  type EmulatorContext,
  refusedNeed,
  sendAws,
  sendAwsError,
  strikeService,
} from './caller.ts';
import { type Kms, KmsError } from './kms.ts';
import type { Context, Policy } from './policy.ts';
import type { Queues } from './queues.ts';
import { type Secrets, SecretsError } from './secrets.ts';

const services: Readonly<Record<string, 'kms' | 'sqs'>> = { TrentService: 'kms', AmazonSQS: 'sqs' };

interface Prepared {
  readonly resource: string;
  readonly context?: Context;
  /** The resource's own policy: what it forbids, or everything that it allows anybody. */
  readonly forbids?: Policy | undefined;
  readonly lets?: Policy | undefined;
  carryOut(): JsonObject;
}

/** The few calls of Secrets Manager, KMS and SQS that functions make, each checked against the caller's policy. */
export function makeAwsStub(ctx: EmulatorContext, secrets: Secrets, kms: Kms, queues: Queues) {
  function prepare(service: string, operation: string, input: JsonObject): Prepared | undefined {
    if (service === 'secretsmanager') {
      const secret = secrets.find(input.SecretId);
      const calls: Record<string, () => JsonObject> = {
        GetSecretValue: () => secrets.getValue(secret, input),
        PutSecretValue: () => secrets.putValue(secret, input),
        DescribeSecret: () => secrets.describe(secret),
        UpdateSecretVersionStage: () => secrets.updateStage(secret, input),
      };
      const carryOut = calls[operation];
      return carryOut && { resource: secret.arn, forbids: secret.policy, carryOut };
    }
    if (service === 'sqs') {
      const queue = queues.find(String(input.QueueUrl));
      if (!queue) return undefined;
      if (operation === 'ChangeMessageVisibility')
        return {
          resource: queue.arn,
          carryOut: () => {
            queues.hide(queue, String(input.ReceiptHandle), Number(input.VisibilityTimeout));
            return {};
          },
        };
      if (operation !== 'SendMessage') return undefined;
      const carryOut = () => ({
        MessageId: queues.send(queue, String(input.MessageBody), Number(input.DelaySeconds ?? 0)),
      });
      return { resource: queue.arn, carryOut };
    }
    const key = kms.find(input);
    const calls: Record<string, () => JsonObject> = {
      GenerateDataKey: () => kms.generateDataKey(key, input, true),
      GenerateDataKeyWithoutPlaintext: () => kms.generateDataKey(key, input, false),
      Encrypt: () => kms.encrypt(key, input),
      Decrypt: () => kms.decrypt(key, input),
    };
    const carryOut = calls[operation];
    const context = Object.fromEntries(
      Object.entries(objectOf(input.EncryptionContext)).map(([name, value]) => [
        `kms:EncryptionContext:${name}`,
        String(value),
      ]),
    );
    return carryOut && { resource: key.arn, context, lets: key.policy, carryOut };
  }

  return async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const [prefix = '', operation = ''] = String(incoming.headers['x-amz-target']).split('.');
    const service = services[prefix] ?? 'secretsmanager';
    const caller = callerOf(incoming, ctx);
    const body = await readBody(incoming, 1024 * 1024);
    const input = body && parseJson(body.toString('utf8'));
    if (!caller)
      return sendAwsError(response, ctx, 400, 'UnrecognizedClientException', 'No function of this runtime');
    if (!isObject(input)) return sendAwsError(response, ctx, 400, 'SerializationException', 'Not JSON');
    const fault = await strikeService(
      ctx,
      service,
      operation,
      caller.model.shortName,
      caller.invocation,
      response,
      caller.callId,
    );
    if (fault === 'timeout') return;
    if (fault === 'crash' || fault === 'crash-after') return ctx.crash(caller.model.shortName);
    if (fault === 'throttle')
      return sendAwsError(response, ctx, 400, 'ThrottlingException', 'Injected fault: rate exceeded');
    if (fault !== undefined && fault !== 'after')
      return sendAwsError(response, ctx, 500, 'InternalServiceError', 'Injected fault');
    try {
      const prepared = prepare(service, operation, input);
      if (!prepared)
        return sendAwsError(response, ctx, 400, 'UnknownOperationException', `${prefix}.${operation}`);
      const need = { action: `${service}:${operation}`, resource: prepared.resource };
      const who = { ...prepared.context, 'aws:PrincipalArn': caller.model.roleArn };
      const barred =
        prepared.forbids?.denies(need, who) || (prepared.lets && !prepared.lets.allows(need, who));
      if (barred)
        ctx.denials.push({
          functionName: caller.model.shortName,
          action: need.action,
          resource: need.resource,
        });
      const refused = barred ? need : refusedNeed(caller, [need], ctx, prepared.context);
      if (refused)
        return sendAwsError(
          response,
          ctx,
          400,
          'AccessDeniedException',
          `User: ${caller.model.arn} is not authorized to perform: ${need.action} on resource: ${need.resource}`,
        );
      const answer = JSON.stringify(prepared.carryOut());
      if (fault === 'after') response.socket?.destroy();
      else sendAws(response, ctx, 200, answer);
    } catch (error) {
      if (!(error instanceof SecretsError) && !(error instanceof KmsError)) throw error;
      sendAwsError(response, ctx, 400, error.name, error.message);
    }
  };
}
