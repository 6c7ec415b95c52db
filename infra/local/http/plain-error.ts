/** A reason not to start that the user can correct: printed as one sentence in both languages, without a stack. */
export class PlainError extends Error {
  readonly chinese: string;
  constructor(english: string, chinese: string, options?: ErrorOptions) {
    super(english, options);
    this.name = 'PlainError';
    this.chinese = chinese;
  }
}
