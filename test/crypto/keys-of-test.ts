import { deriveHandleKeys, deriveKeys, type HandleKeys, type Keys } from '#crypto/keys.ts';

export const rootOne = 'r'.repeat(64);
export const rootTwo = 's'.repeat(64);
export const keysOne: Keys = deriveKeys(JSON.stringify({ 1: rootOne }));
export const keysTwo: Keys = deriveKeys(JSON.stringify({ 1: rootOne, 2: rootTwo }));
export const handlesOne: HandleKeys = deriveHandleKeys(JSON.stringify({ 1: rootOne }));
export const handlesTwo: HandleKeys = deriveHandleKeys(JSON.stringify({ 1: rootOne, 2: rootTwo }));
/** Argon2id at a low cost, so that tests are quick. Other tests check the numbers of PWD-3. */
export const cheap = { argon2MemoryKiB: 1024, argon2Iterations: 2, argon2Parallelism: 1 };
export const at = (iso: string): Date => new Date(iso);
export const later = (date: Date, seconds: number): Date => new Date(date.getTime() + seconds * 1000);
