/** A message that the local runtime keeps instead of sending it (docs/api.md, /local/sms). */
export interface SentMessage {
  readonly phone: string;
  readonly purpose: string;
  readonly code?: string;
  readonly text: string;
  /** ISO 8601, by the virtual clock. */
  readonly at: string;
}

const kept = 10_000;

export class Outbox {
  /** Oldest first. */
  private messages: SentMessage[] = [];

  add(message: SentMessage): void {
    this.messages.push(message);
    if (this.messages.length > kept * 1.1) this.messages = this.messages.slice(-kept);
  }

  /** Newest first; of one phone where it is given. */
  sent(phone?: string): SentMessage[] {
    const newest = this.messages.slice(-kept).reverse();
    return phone === undefined ? newest : newest.filter((message) => message.phone === phone);
  }
}
