import type { NativeCall } from './native-code.ts';

/** What the worker gets at its start. */
export interface WorkerSetup {
  readonly clock: SharedArrayBuffer;
  readonly directory: string;
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  /** The address of the services behind the functions, e.g. `http://127.0.0.1:4567`. */
  readonly internalOrigin: string;
}

export type ToWorker =
  | {
      readonly kind: 'invoke';
      readonly id: string;
      readonly requestId: string;
      readonly event: unknown;
      readonly timeoutMs: number;
    }
  | { readonly kind: 'ping' }
  | { readonly kind: 'native-result'; readonly call: number; readonly value: unknown }
  | { readonly kind: 'native-failed'; readonly call: number; readonly error: WorkerError };

export interface WorkerError {
  readonly type: string;
  readonly message: string;
  readonly stack: string | undefined;
}

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken'; readonly error: WorkerError }
  | { readonly kind: 'result'; readonly id: string; readonly json: string }
  | { readonly kind: 'failed'; readonly id: string; readonly error: WorkerError }
  | { readonly kind: 'pong' }
  /** Native code that the runtime should run. */
  | ({ readonly kind: 'native'; readonly call: number } & NativeCall);
