import * as v from 'valibot';
import {
  type LegacyCharset,
  parseLegacyHash,
  type StoredPassword,
  wrapLegacyHash,
} from '#crypto/passwords.ts';
import { Problem } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';

/** Beside a hash in a line: the bytes that the old system hashed, where they were no UTF-8 (MIG-1). */
export const charset = v.optional(v.picklist(['gbk'] satisfies LegacyCharset[]));

/** The old hash of a line, wrapped (MIG-1): computed when it is needed, and once. */
export type LegacyHash = () => Promise<StoredPassword>;

/**
 * Reads an old hash. The hash is wrapped only where the line turns out to be new, because that is the dearest part of an
 * import by far; deciding anew costs none more.
 * @throws Problem BAD_REQUEST that names the member, for a scheme that nobody here can compute
 */
export function legacyHash(
  ctx: FlowContext,
  text: string | undefined,
  member: string,
  writtenIn: LegacyCharset | undefined,
): LegacyHash | undefined {
  if (text === undefined) return undefined;
  if (!parseLegacyHash(text)) throw new Problem('BAD_REQUEST', { reason: `${member} (hash scheme)` });
  let wrapped: Promise<StoredPassword> | undefined;
  return () => {
    wrapped ??= wrapLegacyHash(text, ctx.keys, ctx.settings.policies, writtenIn);
    return wrapped;
  };
}
