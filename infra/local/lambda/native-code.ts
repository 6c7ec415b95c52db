/**
 * Native code of functions (argon2's library) runs in the runtime's own thread. If a worker died while a hash was being
 * computed, the result would return to a thread that no longer exists, which would end the whole process.
 */
export interface NativeCall {
  /** The module's file, in the function's own folder. */
  readonly file: string;
  /** The name of one of its functions, which returns a promise. */
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
 * The worker's side: a native module is replaced by a set of calls to the runtime.
 * @param ask carries out a call in the runtime's thread
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

/** Between threads a Buffer arrives as a plain array of bytes. */
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
