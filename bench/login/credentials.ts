import argon2 from 'argon2';

/** The password of all people and the cost of a hash, the same in all measured processes (PWD-3). */
export const password = 'Wanjiang#2058';
export const cost = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
export const hashOf = (text: string): Promise<string> => argon2.hash(text, cost);
