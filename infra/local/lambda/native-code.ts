/**
 * Native code of functions (argon2's binary) runs in the runtime's own thread. In a worker that dies while a hash is
 * computed, the hash comes back to a thread that is no more, and the whole process is ended by that.
 */
export interface NativeCall {
  /** The module's file, in the function's own folder. */
  readonly file: string;
  /** One of its functions, which answers by a promise. */
  readonly name: string;
  readonly args: readonly unknown[];
}

type NativeModule = Record<string, (...args: unknown[]) => unknown>;
const opened = new Map<string, NativeModule>();

function open(file: string): NativeModule {
  const known = opened.get(file);
  if (known) return known;
  const module: { exports: NativeModule } = { exports: {} };
  process.dlopen(module, file);
  opened.set(file, module.exports);
  return module.exports;
}

/** The runtime's side. */
export async function runNative({ file, name, args }: NativeCall): Promise<unknown> {
  const native = open(file)[name];
  if (!native) throw new Error(`${file} has no ${name}`);
  return asBuffers(await native(...args.map(asBuffers)));
}

/**
 * The worker's side: what is loaded as a native module becomes a set of calls to the runtime.
 * @param ask carries a call out in the runtime's thread
 */
export function forwardNativeModules(ask: (call: NativeCall) => Promise<unknown>): void {
  process.dlopen = (module: object, file: string): void => {
    const forwarding = new Proxy(
      {},
      {
        get: (_target, name) =>
          typeof name === 'string'
            ? async (...args: unknown[]) => asBuffers(await ask({ file, name, args }))
            : undefined,
      },
    );
    (module as { exports: unknown }).exports = forwarding;
  };
}

/** Between threads a Buffer becomes a plain array of bytes. */
function asBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      member instanceof Uint8Array ? asBuffers(member) : member,
    ]),
  );
}
