/**
 * The headers of every file of the portal, deployed and on this machine: one constant for the CDK stack and the local
 * server, so that a page that breaks under the policy breaks here first.
 */

/** Scripts, styles, pictures and calls only from our own origin; no frames, no plug-ins, no forms to other origins. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // QR codes are drawn as data: pictures.
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

/** The portal needs no device of the browser: the camera belongs to the apps (FACE-1). */
const refusedFeatures = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-get',
  'screen-wake-lock',
  'usb',
  'xr-spatial-tracking',
];

export const portalHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': refusedFeatures.map((feature) => `${feature}=()`).join(', '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** Two years, as in the API's own answers; sent only with TLS. */
export const strictTransportSeconds = 63_072_000;

/** Names of files under assets/ contain a hash of the content, so a name is never used for other content. */
export const assetsFolder = 'assets/';
export const cacheControl = {
  asset: 'public, max-age=31536000, immutable',
  page: 'no-cache',
} as const;
export const cacheControlOf = (file: string): string =>
  file.startsWith(assetsFolder) ? cacheControl.asset : cacheControl.page;
