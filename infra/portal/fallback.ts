/**
 * The single page behind every address of the portal. One rule for CloudFront and the local server: a path whose last
 * part has a dot asks for a file, anything else is a page. It stands on the portal's behaviour only, so that errors of
 * the API stay errors of the API.
 */
const file = /\.[^/]*$/;
export const isPage = (path: string): boolean => !file.test(path);

/** The same as a CloudFront Function (JavaScript runtime 2.0). */
export const fallbackFunction = `function handler(event) {
  var request = event.request;
  if (!${file}.test(request.uri)) request.uri = '/index.html';
  return request;
}
`;
