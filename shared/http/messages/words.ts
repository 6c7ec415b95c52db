import type { ProblemDetails } from '#domain/problem.ts';

export type Details = ProblemDetails;

/** An ISO instant with offset as people read it: `2026-11-24 00:00`. */
export const at = (instant: unknown): string => String(instant).slice(0, 16).replace('T', ' ');
