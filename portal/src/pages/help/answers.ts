import { agency } from './chapters/agency.ts';
import type { Chapter } from './chapters/chapter.ts';
import { company } from './chapters/company.ts';
import { general } from './chapters/general.ts';
import { natural } from './chapters/natural.ts';

/** In the order in which people meet these things; in our own words, for what this system does. */
export const chapters: readonly Chapter[] = [general, natural, company, agency];
