import fc from 'fast-check';

/** Many changes are tried, so each gets fewer samples. A person looks at a change that survives twenty-five. */
fc.configureGlobal({ numRuns: 25 });
