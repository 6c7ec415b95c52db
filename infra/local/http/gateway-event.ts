import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isObject, parseJson } from './json.ts';
import type { RouteMatch } from './routes.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12/Mar/2026:19:03:58 +0000`, as in access logs. */
function accessLogTime(epochMs: number): string {
  const date = new Date(epochMs);
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${two(date.getUTCDate())}/${months[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  return `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
}

/** Types that API Gateway passes as text; everything else becomes base64. */
const isText = (contentType: string | undefined): boolean =>
  contentType === undefined || /^\s*(text\/|application\/(json|javascript|xml)\b)/i.test(contentType);

/**
 * The request in API Gateway's payload format 2.0.
 * @throws URIError if the query's percent-encoding is malformed
 */
export function gatewayEvent(
  incoming: IncomingMessage,
  url: { readonly path: string; readonly query: string },
  { route, params }: RouteMatch,
  body: Buffer,
  now: number,
): object {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(incoming.headersDistinct))
    if (name !== 'cookie' && values) headers[name] = values.join(',');
  const cookies = (incoming.headers.cookie ?? '').split(/;\s*/).filter(Boolean);
  const query = queryOf(url.query);
  const text = isText(incoming.headers['content-type']);
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: url.path,
    rawQueryString: url.query,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers,
    ...(query ? { queryStringParameters: query } : {}),
    ...(Object.keys(params).length > 0 ? { pathParameters: params } : {}),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: headers.host ?? '127.0.0.1',
      domainPrefix: 'local',
      http: {
        method: incoming.method ?? 'GET',
        path: url.path,
        protocol: `HTTP/${incoming.httpVersion}`,
        sourceIp: incoming.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: route.routeKey,
      stage: '$default',
      time: accessLogTime(now),
      timeEpoch: now,
    },
    ...(body.length > 0 ? { body: body.toString(text ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: body.length > 0 && !text,
  };
}

/** Decoded; values of one name joined by commas. */
function queryOf(query: string): Record<string, string> | undefined {
  if (query === '') return undefined;
  const parameters: Record<string, string> = Object.create(null);
  const decode = (text: string) => decodeURIComponent(text.replaceAll('+', ' '));
  for (const pair of query.split('&').filter(Boolean)) {
    const [name = '', ...rest] = pair.split('=');
    const key = decode(name);
    const value = decode(rest.join('='));
    const before = parameters[key];
    parameters[key] = before === undefined ? value : `${before},${value}`;
  }
  return { ...parameters };
}

/**
 * Turns a function's answer (JSON text) into HTTP; undefined if it is not valid, which API Gateway answers with 500.
 */
export function sendFunctionAnswer(response: ServerResponse, json: string, now: number): number | undefined {
  const answer = parseJson(json);
  // A bare value is a JSON body with status 200.
  const { statusCode, headers, cookies, body, isBase64Encoded } =
    isObject(answer) && 'statusCode' in answer
      ? answer
      : {
          statusCode: 200,
          headers: { 'content-type': 'application/json' },
          cookies: [],
          body: json,
          isBase64Encoded: false,
        };
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (body !== undefined && body !== null && typeof body !== 'string') return undefined;
  const bytes = Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8');
  try {
    for (const [name, value] of Object.entries(isObject(headers) ? headers : {}))
      response.setHeader(name, String(value));
    if (Array.isArray(cookies) && cookies.length > 0) response.setHeader('set-cookie', cookies.map(String));
  } catch {
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    return undefined;
  }
  if (!response.hasHeader('content-type') && bytes.length > 0)
    response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('date', new Date(now).toUTCString());
  if (status !== 204 && status !== 304) response.setHeader('content-length', bytes.length);
  response.writeHead(status);
  response.end(bytes);
  return status;
}
