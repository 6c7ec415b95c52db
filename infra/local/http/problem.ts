import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Refusals of the runtime itself, before any function is called, in the form of docs/api.md's problem answers. */
const problems = {
  BAD_REQUEST: {
    status: 400,
    zh: '提交的内容有误，请检查后重新提交',
    en: 'Something in the request is not right',
  },
  NOT_FOUND: { status: 404, zh: '没有找到您要访问的内容', en: 'Not found' },
  BODY_TOO_LARGE: { status: 413, zh: '提交的内容过大', en: 'The request is too large' },
  UNAVAILABLE: {
    status: 503,
    zh: '系统暂时不可用，请稍后重试',
    en: 'Temporarily unavailable, please try again',
  },
} as const;

export type LocalProblem = keyof typeof problems;

export function sendProblem(
  incoming: IncomingMessage,
  response: ServerResponse,
  code: LocalProblem,
  detail: string,
): void {
  const { status, zh, en } = problems[code];
  const english = /^\s*en\b/i.test(incoming.headers['accept-language'] ?? '');
  const body = Buffer.from(
    JSON.stringify({
      type: `/problems/${code.toLowerCase().replaceAll('_', '-')}`,
      title: english ? en : zh,
      status,
      code,
      detail,
      traceId: randomUUID(),
    }),
  );
  response.writeHead(status, {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-language': english ? 'en' : 'zh-CN',
    'cache-control': 'no-store',
    'content-length': body.length,
  });
  response.end(body);
}
