import fc from 'fast-check';

/** So many changes are tried that each gets fewer samples: what survives twenty-five is looked at. */
fc.configureGlobal({ numRuns: 25 });
