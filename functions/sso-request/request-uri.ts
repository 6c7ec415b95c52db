const prefix = 'urn:ietf:params:oauth:request_uri:';

/** The reference to a pushed request (RFC 9126, 2.2). */
export const requestUriOf = (id: string): string => `${prefix}${id}`;

/** The handle in a reference of ours; undefined for any other text. */
export const pushedId = (requestUri: string | undefined): string | undefined =>
  new RegExp(`^${prefix}([\\w-]{32})$`).exec(requestUri ?? '')?.[1];
