/** Headers with which the worker tells the proxy to which invocation a request belongs and how long its chain is. */
export const invocationHeader = 'x-local-invocation';
export const depthHeader = 'x-local-depth';
