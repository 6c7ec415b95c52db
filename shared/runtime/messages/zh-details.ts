import { at, type Details } from './catalogue.ts';

/** What to do next, for advice that several sentences share or that depends on a value. */

export const tries = (d: Details) =>
  typeof d.remainingAttempts === 'number'
    ? `您还可以尝试 ${d.remainingAttempts} 次。连续失败 5 次账号将被锁定至次日零时，您可以使用“忘记密码”修改密码。`
    : undefined;

export const retry = (d: Details) => (d.retryAt ? `您可以在 ${at(d.retryAt)} 之后再试。` : '请稍后再试。');

/** ORD-1: the person cannot lift a suspension here. */
export const suspended = () =>
  '请拨打 12366 咨询，或携带本人证件前往办税服务厅申请恢复。重新注册或修改密码不能恢复账号。';

/** LGN-8: what a person without a relation can do. */
export const relation = (d: Details) => {
  if (d.pendingAuthorizationId === undefined)
    return '请联系企业的法定代表人或财务负责人，在“账户中心-人员权限管理”中将您添加为办税人员，再由您本人确认。';
  return d.pendingDirection === 'applied'
    ? '您向该企业提出的申请尚待企业确认，请联系企业的法定代表人或财务负责人，在“账户中心-人员权限管理”中确认。'
    : '您有一项该企业的待确认授权，请从“自然人业务”入口登录，在“账户中心-企业授权管理-待确认授权”中确认。';
};

/** A company that is only a special subject has nobody who could log in under 企业业务 to add people (SPC-4). */
export const atHall = (d: Details) =>
  relation(d) +
  (d.pendingAuthorizationId === undefined
    ? '只能从“特定主体”入口登录的企业，请到办税服务厅增加办税人员。'
    : '');

export const reportHandler =
  '跨区域涉税事项报告的经办人也可以登录，姓名和手机号码须与《跨区域涉税事项报告表》完全一致。';

export const otherHolder = '您输入的是手机号码，该号码可能已登记在其他人名下，您可以尝试使用证件号码登录。';

export const entries: Record<string, string> = {
  enterprise: '企业业务',
  agency: '代理业务',
  'cross-region': '特定主体-跨区域报验户',
  'cross-region-property': '特定主体-跨区域财产税源登记',
  'social-insurance': '特定主体-社保非税专用用户',
};

/** REG-2: why a hall record can no longer be used. */
export const hallRecordEnds: Record<string, string> = {
  used: '该采集记录已用于一次注册。',
  'account-ended': '该采集记录早于您的账号注销或失效时间。',
  'phone-changed': '采集时登记的手机号码此后已被移除或归他人所有。',
  expired: '采集记录的有效期已过。',
};

export const weak: Record<string, string> = {
  length: '密码长度须为 8-20 位。',
  classes: '须包含大写字母、小写字母、数字、特殊字符中的至少三种。',
  whitespace: '不能包含空格。',
  'contains-username': '不能包含用户名。',
  'contains-phone': '不能包含手机号码。',
  'contains-document': '不能包含证件号码中连续 6 位及以上的内容。',
  run: '不能包含 4 位及以上连续或相同的字符。',
  common: '该密码过于常见，容易被猜中。',
  'local-word': '不能只由本地或本系统的名称（如 anhui、hefei、etax、shuiwu、12366）加数字、符号组成。',
  history: '不能与最近 5 次使用过的密码相同。',
};
