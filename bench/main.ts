import { compareLogins } from './login/compare.ts';

await compareLogins();
