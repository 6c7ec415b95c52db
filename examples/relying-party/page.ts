import type { MatterDetail, Visitor } from './bureau.ts';

/** A matter of risk in a system, for which the person shows the face at the bureau (STP). */
export interface Matter {
  readonly code: string;
  readonly zh: string;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (one) => escapes[one] ?? '');

/** Headers of every page: the page loads nothing, no other page can frame it, and links pass no address on. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};

const page = (system: string, content: string): string => `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(system)}</title>
<style>
body { font: 16px/1.6 system-ui, sans-serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem; color: #1f2329 }
th { text-align: left; font-weight: 400; color: #57606a; padding-right: 1.5rem; vertical-align: top; white-space: nowrap }
button, a.button { font: inherit; padding: .4rem 1.2rem; border: 1px solid #1d5bb8; border-radius: 4px;
  background: #1d5bb8; color: #fff; text-decoration: none; cursor: pointer }
</style>
</head>
<body><main><h1>${escaped(system)}</h1>${content}</main></body>
</html>`;

const kinds = {
  natural: '自然人',
  enterprise: '企业',
  agency: '涉税专业服务机构',
  special: '特定主体',
} as const;
const login = '<p><a class="button" href="/login">从电子税务局登录</a></p>';

export const strangerPage = (system: string): string =>
  page(system, `<p>尚未登录，或登录已结束。</p>${login}`);

const reasons: Readonly<Record<string, string>> = {
  access_denied: '您没有同意进入本系统。',
  login_required: '请先登录电子税务局。',
  unmet_authentication_requirements: '本系统需要您先完成扫脸验证。',
  account_selection_required: '当前身份不能进入本系统，请换一个身份。',
  interaction_required: '请在电子税务局的页面上确认。',
  temporarily_unavailable: '电子税务局暂时繁忙，请稍后再试。',
};
export const refusedPage = (system: string, reason: string): string =>
  page(
    system,
    `<p>${escaped(reasons[reason] ?? '未能进入本系统，请再试一次。')} <code>${escaped(reason)}</code></p>${login}`,
  );

/** Shows who came, for which company, in which role and with which permissions. */
export function visitorPage(system: string, visitor: Visitor, matter?: Matter): string {
  const {
    identity,
    subject,
    taxpayer,
    role,
    actions,
    valid_until: last,
    report_no: report,
    basis,
  } = visitor.taxpayer;
  const rows: readonly (readonly [string, string | undefined | null])[] = [
    ['来访者 who', visitor.name ?? '（未告知）'],
    ['身份 as', `${kinds[identity]} ${subject ?? identity}`],
    ['企业 for', taxpayer && `${taxpayer.name} ${taxpayer.id ?? ''}`],
    ['代理机构 agency', basis?.agency && `${basis.agency.name} ${basis.agency.id ?? ''}`],
    ['角色 role', role],
    ['权限 may', actions?.join('、')],
    ['协议事项 items', basis?.items?.join('、')],
    ['跨区域报告 report', report],
    ['有效期至 until', last],
    ['实名等级 level', String(visitor.realNameLevel)],
    ['登录方式 how', visitor.acr],
    ['本系统假名 sub', visitor.sub],
  ];
  const shown = rows.filter(([, value]) => value !== undefined && value !== null && value !== '');
  return page(
    system,
    `<table>${shown.map(([name, value]) => `<tr><th>${escaped(name)}</th><td>${escaped(value ?? '')}</td></tr>`).join('')}</table>
<form method="post" action="/file"><p><button>提交一份申报（示例）</button></p></form>
${matter ? `<form method="post" action="/matter"><p><button>${escaped(matter.zh)}（示例，需扫脸）</button></p></form>` : ''}
<form method="post" action="/leave"><p><button>离开本系统</button></p></form>
<form method="post" action="/logout"><p><button>退出登录</button></p></form>`,
  );
}

/** The person has shown the face for the matter at the bureau. */
export const matterPage = (system: string, { zh }: Matter, { at, level }: MatterDetail): string =>
  page(
    system,
    `<p>${escaped(zh)}：已办理。扫脸时间 ${new Date(at * 1000).toISOString()}，实名等级 ${level}。</p><p><a class="button" href="/">返回</a></p>`,
  );

/** Before an act that cannot be undone, the system has asked the bureau. */
export const filedPage = (system: string, permitted: boolean): string =>
  page(
    system,
    `<p>${permitted ? '申报已提交。' : '您现在没有申报权限，什么也没有提交。'}</p><p><a class="button" href="/">返回</a></p>`,
  );
