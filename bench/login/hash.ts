import argon2 from 'argon2';
import { atOnce } from './at-once.ts';
import { obey, tell } from './child.ts';
import { cost, password } from './credentials.ts';

/** The unit of all ratios: a process of the same kind that only verifies argon2id hashes. */
const secret = Buffer.alloc(32, 7);
const stored = await argon2.hash(password, { ...cost, secret });

obey((message) => {
  if (message.kind !== 'verify') return;
  void atOnce(message.atOnce, message.count, async () => {
    if (!(await argon2.verify(stored, password, { secret }))) throw new Error('not verified');
  }).then(() => tell({ kind: 'verified' }));
});
tell({ kind: 'ready', port: 0 });
