import { readPhone } from '#domain/people/phones.ts';

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

  /** Newest first; only those of one phone if it is given, in any spelling that people use (DOC-2). */
  sent(phone?: string): SentMessage[] {
    const newest = this.messages.slice(-kept).reverse();
    if (phone === undefined) return newest;
    const wanted = readPhone(phone) ?? phone;
    return newest.filter((message) => message.phone === wanted);
  }
}
