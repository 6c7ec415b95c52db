import type { ProblemCode, ProblemDetails } from '#domain/problem.ts';

export type Details = ProblemDetails;

/** An ISO instant with offset as people read it: `2026-11-24 00:00`. */
export const at = (instant: unknown): string => String(instant).slice(0, 16).replace('T', ' ');

/** The sentence for the person and, where there is one, what to do next. */
export interface Message {
  readonly title: string;
  readonly detail?: (details: ProblemDetails) => string | undefined;
}
/** Keys are codes, or `CODE/variant` where one code has several sentences. */
export type Catalogue = Readonly<Record<ProblemCode, Message> & Record<`${ProblemCode}/${string}`, Message>>;
