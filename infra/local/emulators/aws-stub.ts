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
import type { Context } from './policy.ts';
import { type Secrets, SecretsError } from './secrets.ts';

interface Prepared {
  readonly resource: string;
  readonly context?: Context;
  carryOut(): JsonObject;
}

/** The few calls of Secrets Manager and KMS that functions make, each judged by the caller's policy. */
export function makeAwsStub(ctx: EmulatorContext, secrets: Secrets, kms: Kms) {
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
      return carryOut && { resource: secret.arn, carryOut };
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
    return carryOut && { resource: key.arn, context, carryOut };
  }

  return async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const [prefix = '', operation = ''] = String(incoming.headers['x-amz-target']).split('.');
    const service = prefix === 'TrentService' ? 'kms' : 'secretsmanager';
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
      const refused = refusedNeed(caller, [need], ctx, prepared.context);
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
