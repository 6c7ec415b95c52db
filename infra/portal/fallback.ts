/**
 * Which file is served for an address of the portal. CloudFront and the local server use the same rule: a path whose
 * last part has a dot asks for a file, anything else is a page. The rule applies only to the portal's behaviour, so
 * that errors of the API stay errors of the API.
 */
const file = /\.[^/]*$/;
export const isPage = (path: string): boolean => !file.test(path);

/** Pages whose first view is made at build time: their addresses, and the files with the first view. */
export const firstViews = { '/login': 'login.html', '/register': 'register.html', '/me': 'me.html' } as const;
export type FirstViewPath = keyof typeof firstViews;
export const loginFile = firstViews['/login'];
/** No built-in property of an object begins with a slash, so a lookup by address can find only addresses. */
const fileAt: Readonly<Record<string, string>> = { '/': loginFile, ...firstViews };
export const fileOfPage = (path: string): string => fileAt[path] ?? 'index.html';

/** The same as a CloudFront Function (JavaScript runtime 2.0). */
export const fallbackFunction = `var files = ${JSON.stringify(fileAt)};
function handler(event) {
  var request = event.request;
  if (!${file}.test(request.uri)) request.uri = '/' + (files[request.uri] || 'index.html');
  return request;
}
`;
