/**
 * Which file is served for an address of the portal. CloudFront and the local server use the same rule: a path whose
 * last part has a dot asks for a file, anything else is a page. The rule applies only to the portal's behaviour, so
 * that errors of the API stay errors of the API.
 */
const file = /\.[^/]*$/;
export const isPage = (path: string): boolean => !file.test(path);

/**
 * For the addresses at which a first visitor arrives, the login page made at build time is served instead of an empty
 * page.
 */
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
