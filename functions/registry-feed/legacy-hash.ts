import * as v from 'valibot';
import {
  type LegacyCharset,
  parseLegacyHash,
  type StoredPassword,
  wrapLegacyHash,
} from '#crypto/passwords.ts';
import { Problem } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';

/** Given with a hash if the old system hashed bytes that were no UTF-8 (MIG-1). */
export const charset = v.optional(v.picklist(['gbk'] satisfies LegacyCharset[]));

/** The wrapped hash of a line (MIG-1): computed when it is needed, and only once. */
export type WrappedHash = () => Promise<StoredPassword>;

/**
 * Reads an old hash. The hash is wrapped only if the line is new, because wrapping is by far the most expensive part of
 * an import; deciding again does not wrap it again.
 * @throws Problem BAD_REQUEST that names the member, for a scheme that this system cannot compute
 */
export function legacyHash(
  ctx: FlowContext,
  text: string | undefined,
  member: string,
  writtenIn: LegacyCharset | undefined,
): WrappedHash | undefined {
  if (text === undefined) return undefined;
  if (!parseLegacyHash(text)) throw new Problem('BAD_REQUEST', { reason: `${member} (hash scheme)` });
  let wrapped: Promise<StoredPassword> | undefined;
  return () => {
    wrapped ??= wrapLegacyHash(text, ctx.keys, ctx.settings.policies, writtenIn);
    return wrapped;
  };
}
