/**
 * One question and its answer, in both languages. `id` is its anchor: refusals link to it (components/help-anchors.ts).
 */
export interface Answer {
  readonly id: string;
  readonly zh: readonly [question: string, answer: string];
  readonly en: readonly [question: string, answer: string];
}
export interface Chapter {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  readonly answers: readonly Answer[];
}
