/**
 * The page behind every address of the portal. One rule for CloudFront and the local server: a path whose last
 * part has a dot asks for a file, anything else is a page. It stands on the portal's behaviour only, so that errors of
 * the API stay errors of the API.
 */
const file = /\.[^/]*$/;
export const isPage = (path: string): boolean => !file.test(path);

/** Where a first visitor comes, the login page made at build time is handed out instead of an empty one. */
const firstView = /^\/(login)?$/;
export const loginFile = 'login.html';
export const fileOfPage = (path: string): string => (firstView.test(path) ? loginFile : 'index.html');

/** The same as a CloudFront Function (JavaScript runtime 2.0). */
export const fallbackFunction = `function handler(event) {
  var request = event.request;
  if (!${file}.test(request.uri)) request.uri = ${firstView}.test(request.uri) ? '/${loginFile}' : '/index.html';
  return request;
}
`;
