/** Headers by which the worker says which invocation a request belongs to and how long its chain is. */
export const invocationHeader = 'x-local-invocation';
export const depthHeader = 'x-local-depth';
