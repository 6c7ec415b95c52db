import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http/http.ts';
import type { BucketModel } from '../template/model.ts';
import { callerOf, type EmulatorContext, refusedNeed, strikeService } from './caller.ts';

/** The largest object that the local runtime takes. */
const mostBytes = 8 * 1024 * 1024;

export interface KeptObject {
  readonly bucket: string;
  readonly key: string;
  readonly text: string;
}

/**
 * The buckets of the templates, in memory. Of S3 only what functions call: PutObject of an object that is not there.
 */
export class Objects {
  private readonly buckets: readonly BucketModel[];
  private readonly account: string;
  private readonly kept = new Map<string, KeptObject>();

  constructor(buckets: readonly BucketModel[], account: string) {
    this.buckets = buckets;
    this.account = account;
  }

  all(): KeptObject[] {
    return [...this.kept.values()];
  }

  clear(): void {
    this.kept.clear();
  }

  /** Answers `PUT /<bucket>/<key>` as S3 would; false if the call is no PutObject. */
  async handle(ctx: EmulatorContext, incoming: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const caller = callerOf(incoming, ctx);
    const [, bucket = '', key = ''] = /^\/([^/?]+)\/([^?]+)$/.exec(incoming.url ?? '') ?? [];
    if (incoming.method !== 'PUT' || !caller || key === '') return false;
    const body = (await readBody(incoming, mostBytes)) ?? Buffer.alloc(0);
    const { model, invocation, callId } = caller;
    const fault = await strikeService(ctx, 's3', 'PutObject', model.shortName, invocation, response, callId);
    const answer = (status: number) => response.writeHead(status, { 'content-length': 0 }).end();
    if (fault === 'timeout') return true;
    if (fault === 'crash') ctx.crash(model.shortName);
    else if (fault !== undefined && fault !== 'after' && fault !== 'crash-after')
      answer(fault === 'throttle' ? 503 : fault === 'conflict' ? 409 : 500);
    else {
      const need = { action: 's3:PutObject', resource: `arn:aws:s3:::${bucket}/${key}` };
      const status = refusedNeed(caller, [need], ctx) ? 403 : this.put(bucket, key, body, incoming.headers);
      if (fault === 'crash-after') ctx.crash(model.shortName);
      else if (fault === 'after') response.socket?.destroy();
      else answer(status);
    }
    return true;
  }

  /** The status with which S3 answers. */
  private put(bucket: string, key: string, body: Buffer, headers: IncomingMessage['headers']): number {
    const found = this.buckets.find(({ name }) => name === bucket);
    if (!found) return 404;
    if (headers['x-amz-expected-bucket-owner'] !== this.account) return 403;
    const sum = headers['x-amz-checksum-sha256'];
    if (sum === undefined ? found.locked : sum !== createHash('sha256').update(body).digest('base64'))
      return 400;
    const name = `${bucket}/${key}`;
    if (headers['if-none-match'] === '*' && this.kept.has(name)) return 412;
    this.kept.set(name, { bucket, key, text: body.toString('utf8') });
    return 200;
  }
}
