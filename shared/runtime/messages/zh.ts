import { at, type Catalogue } from './catalogue.ts';
import {
  atHall,
  entries,
  hallRecordEnds,
  otherHolder,
  relation,
  reportHandler,
  retry,
  suspended,
  tries,
  weak,
} from './zh-details.ts';

/** Chinese sentences. Where the bureau's FAQ quotes a message, these are its words. */
export const zh: Catalogue = {
  BAD_REQUEST: { title: '提交的内容有误，请检查后重新提交', detail: () => '请按提示修改标出的各项。' },
  DOCUMENT_INVALID: {
    title: '证件号码不正确，请核对证件类型和号码',
    detail: () => '请按证件原件填写证件类型和证件号码。',
  },
  PHONE_INVALID: { title: '手机号码不正确，请输入 11 位手机号码' },
  ENDING_TOO_SHORT: { title: '请至少输入编号的后 4 位' },
  MATTER_UNKNOWN: { title: '没有该办理事项' },
  CONSENT_REQUIRED: {
    title: '请先阅读并同意相关告知书',
    detail: () => '需要您同意《个人信息处理告知书》；进行人脸验证前，还需单独同意《人脸信息处理告知书》。',
  },
  BAD_CREDENTIALS: { title: '输入的个人账号或密码错误，请重新输入！', detail: tries },
  'BAD_CREDENTIALS/company': {
    title: '输入的企业密码错误，请重新输入！',
    detail: (d) =>
      typeof d.remainingAttempts === 'number'
        ? `今日还可以尝试 ${d.remainingAttempts} 次。您也可以使用新版登录：输入纳税人识别号、个人账号和个人密码。`
        : undefined,
  },
  SMS_CODE_WRONG: {
    title: '短信验证码错误或已失效，请重新输入',
    detail: (d) => tries(d) ?? '请输入最新一条短信中的验证码，或重新获取。',
  },
  'SMS_CODE_WRONG/used-up': {
    title: '短信验证码已失效，请重新获取',
    detail: () => '请点击“获取验证码”，并输入最新一条短信中的验证码。',
  },
  IDENTITY_MISMATCH: {
    title: '所填信息与登记的身份信息不一致，请核对后重新输入',
    detail: () => '请核对姓名、证件号码和手机号码；仍不一致时，请携带证件前往办税服务厅处理。',
  },
  SESSION_ENDED: { title: '登录已失效，请重新登录' },
  'SESSION_ENDED/logged-out': {
    title: '您已退出登录',
    detail: (d) => (d.by ? `由您在另一处的登录（${d.by}）结束。如非本人操作，请立即修改密码。` : undefined),
  },
  'SESSION_ENDED/replaced': {
    title: '您的账号已在其他地方登录，本次登录已结束',
    detail: (d) => `新的登录时间：${at(d.at)}。如非本人操作，请立即修改密码。`,
  },
  'SESSION_ENDED/idle': { title: '您长时间未操作，请重新登录' },
  'SESSION_ENDED/expired': { title: '本次登录已满 12 小时，请重新登录' },
  'SESSION_ENDED/reuse': {
    title: '为保障账户安全，本次登录已结束，请重新登录',
    detail: () => '登录凭证被重复使用。如非本人操作，请立即修改密码。',
  },
  'SESSION_ENDED/credential-change': { title: '您的密码已修改，请重新登录' },
  'SESSION_ENDED/deregistered': { title: '用户已注销' },
  'SESSION_ENDED/suspended': {
    title: '您的账号已被税务机关停用，本次登录已结束',
    detail: suspended,
  },
  'SESSION_ENDED/by-order': {
    title: '税务机关已结束您的登录，请重新登录',
    detail: () => '如有疑问，请拨打 12366 或携带证件前往办税服务厅。',
  },
  ASSERTION_INVALID: {
    title: '渠道身份验证未通过',
    detail: () => '渠道断言缺失、过期、已被使用，或与本次请求不符。',
  },
  CHANNEL_NOT_ALLOWED: {
    title: '当前渠道不支持办理该业务',
    detail: () => '请通过电子税务局网页端、安徽税务 APP 或办税服务厅办理。',
  },
  ORIGIN_NOT_ALLOWED: {
    title: '当前网页不能办理该业务',
    detail: ({ portal }) => `请通过电子税务局的网址 ${portal} 打开页面后重新办理。`,
  },
  ACCOUNT_SUSPENDED: { title: '您的账号已被税务机关停用', detail: suspended },
  ROLE_NOT_ALLOWED: { title: '您当前的身份没有办理该业务的权限' },
  SWITCH_NOT_ALLOWED: {
    title: '当前登录方式不支持切换到该身份',
    detail: () => '请退出后从相应入口重新登录。',
  },
  REFUSAL_NOT_ALLOWED: { title: '该授权不能拒绝' },
  CHALLENGE_REQUIRED: { title: '请先完成安全验证', detail: () => '完成安全验证后即可继续。' },
  FRESH_FACTOR_REQUIRED: {
    title: '为保障账户安全，请先进行身份验证',
    detail: () => '请通过短信验证码或扫脸验证后继续。',
  },
  PASSWORD_CHANGE_REQUIRED: { title: '请先修改初始密码' },
  FACE_REQUIRED: {
    title: '请先完成扫脸验证',
    detail: () => '请使用安徽税务 APP 或个人所得税 APP 扫描页面上的二维码完成扫脸验证。',
  },
  'FACE_REQUIRED/login-factor': {
    title: '请改用扫脸验证登录，再确认任职',
    detail: () =>
      '您在 24 小时内找回过手机号码，短信验证码暂不能用于确认任职。请重新登录，在第二步选择扫脸验证。',
  },
  'FACE_REQUIRED/initial-password': {
    title: '初始密码不能作为原密码使用，请通过扫脸验证修改密码',
    detail: () => '在个人密码修改中选择扫脸验证，通过后即可设置新密码。',
  },
  FACE_MISMATCH: {
    title: '扫脸验证未通过：不是本人',
    detail: () =>
      '请由本人扫码并完成扫脸验证；个人所得税 APP 须以本人身份登录。多次未通过的，请携带证件前往办税服务厅采集实名信息；比对依据是公安机关登记的身份信息，必要时请先到公安机关更新。',
  },
  RELATION_NOT_FOUND: { title: '未查询到您与该企业的关联关系', detail: relation },
  'RELATION_NOT_FOUND/phone': {
    title: '未查询到您与该企业的关联关系',
    detail: (d) => relation(d) + otherHolder,
  },
  'RELATION_NOT_FOUND/special': { title: '未查询到您与该企业的关联关系', detail: atHall },
  'RELATION_NOT_FOUND/special-phone': {
    title: '未查询到您与该企业的关联关系',
    detail: (d) => atHall(d) + otherHolder,
  },
  'RELATION_NOT_FOUND/cross-region': {
    title: '未查询到您与该企业的关联关系',
    detail: (d) => atHall(d) + reportHandler,
  },
  'RELATION_NOT_FOUND/cross-region-phone': {
    title: '未查询到您与该企业的关联关系',
    detail: (d) => atHall(d) + reportHandler + otherHolder,
  },
  'RELATION_NOT_FOUND/lost': {
    title: '未查询到您与该企业的关联关系',
    detail: () => '您与该企业的关联关系已解除、变更或到期。您可以切换至自然人或其他企业身份，或退出登录。',
  },
  'RELATION_NOT_FOUND/report': {
    title: '未查询到您与该企业的关联关系',
    detail: () => '该跨区域涉税事项报告已到期、变更，或经办人已不是您。请重新查询并选择其他报告。',
  },
  USE_SPECIAL_ENTRY: {
    title: '请从“特定主体”入口登录',
    detail: (d) => `请从“${entries[String(d.entry)] ?? '特定主体'}”入口登录。`,
  },
  'USE_SPECIAL_ENTRY/enterprise': { title: '该企业请从“企业业务”入口登录' },
  OFFICE_COLLECTION_REQUIRED: {
    title: '该证件需先到办税服务场所采集实名信息',
    detail: () => '请携带证件原件前往办税服务厅采集实名信息，再通过电子税务局完成用户注册。',
  },
  'OFFICE_COLLECTION_REQUIRED/ended': {
    title: '您在办税服务厅采集的实名信息已失效，请重新采集',
    detail: (d) =>
      `${hallRecordEnds[String(d.reason)] ?? ''}请携带证件原件前往办税服务厅重新采集，再完成用户注册。`,
  },
  COMPANY_NOT_CONFIRMED: {
    title: '该企业尚未完成税务信息确认',
    detail: () =>
      '请法定代表人或登记的办税人员以自然人身份登录，办理新办纳税人套餐、一照一码信息确认或个体工商户信息确认，或前往办税服务厅确认；完成后即可从企业业务入口登录。',
  },
  IDENTITY_NOT_ACCEPTED: {
    title: '该系统不支持以当前身份进入',
    detail: () =>
      '请选择其他身份后继续。没有可选身份的，请联系企业的法定代表人或财务负责人在“人员权限管理”中为您添加权限。',
  },
  LEVEL_TOO_LOW: {
    title: '您的实名等级不足，暂不能进入该系统',
    detail: (d) => `该系统要求实名等级达到 ${d.required} 级，请先在账户中心“个人实名等级”中完成扫脸验证。`,
  },
  REAUTHENTICATION_REQUIRED: {
    title: '该系统要求您重新登录',
    detail: () => '请重新登录，登录后将回到本页继续。',
  },
  NOT_FOUND: { title: '没有找到您要访问的内容' },
  USER_NOT_REGISTERED: { title: '该用户未注册', detail: () => '请先在自然人业务入口进行用户注册。' },
  'USER_NOT_REGISTERED/other-entry': { title: '该用户未注册，请在自然人业务入口进行用户注册' },
  PHONE_NOT_FOUND: { title: '手机号码不存在，您可以尝试使用证件号码登录' },
  TAXPAYER_NOT_FOUND: { title: '输入的统一社会信用代码或纳税人识别号错误，请重新输入' },
  ALREADY_REGISTERED: {
    title: '您已注册，请直接登录',
    detail: () => '如忘记密码，请使用“忘记密码”；如手机号码已更换，请使用“找回手机号码”。',
  },
  ACCOUNT_AMBIGUOUS: {
    title: '您输入的账号对应多个用户，请选择要登录的账号类型',
    detail: () => '请在此选择。目前没有核对密码，也不计入错误次数。',
  },
  PHONE_TAKEN: {
    title: '该手机号码已被其他用户使用',
    detail: () => '如果这是您本人的手机号码，您可以在扫脸验证后将其转到自己名下。',
  },
  USERNAME_TAKEN: { title: '该用户名已被使用，请换一个' },
  USERNAME_CHANGED_THIS_YEAR: {
    title: '用户名一年只能修改一次',
    detail: (d) => (d.changeableFrom ? `您可以在 ${at(d.changeableFrom)} 之后再次修改。` : undefined),
  },
  DEFAULT_PHONE: { title: '默认手机号码不能删除', detail: () => '请先将另一个手机号码设为默认。' },
  PHONE_EMPTY: {
    title: '您的手机号为空，请您通过扫码验证方式登录系统，并在账户中心的手机号码修改菜单中添加默认手机号。',
  },
  TOO_MANY_PHONES: { title: '手机号码数量已达上限（10 个）' },
  RELATION_EXISTS: { title: '该人员与企业已存在该身份的授权' },
  AGENT_IS_STAFF: { title: '该人员已是委托企业的办税人员，不能作为其涉税代理人员' },
  STATE_CONFLICT: { title: '该操作已完成或状态已变化，请刷新后重试' },
  'STATE_CONFLICT/overlap': {
    title: '与该委托企业已有服务期限重叠的协议，请先变更或终止原协议',
  },
  'STATE_CONFLICT/scanned': {
    title: '该二维码已由他人扫描',
    detail: () => '请在页面上刷新二维码后重新扫描。',
  },
  'STATE_CONFLICT/staff-form': {
    title: '采集表刚被他人修改，本次修改未保存',
    detail: () => '请核对最新的人员列表后重新提交。',
  },
  STEP_MISSING: { title: '请先完成前面的步骤' },
  PERSON_MISMATCH: {
    title: '该证件号码已登记在其他姓名下，请核对',
    detail: () => '如确认无误，请携带证件前往办税服务厅处理。',
  },
  EXPIRED: { title: '操作超时，请重新开始' },
  LEGACY_LOGIN_CLOSED: {
    title: '旧版登录已停用，请使用新版登录',
    detail: (d) =>
      d.closedOn
        ? `旧版登录的过渡期至 ${d.closedOn} 止。请从“企业业务”入口登录；办税人员由法定代表人或财务负责人在“人员权限管理”中添加。`
        : undefined,
  },
  BODY_TOO_LARGE: { title: '提交的内容过大' },
  MEDIA_TYPE_NOT_SUPPORTED: {
    title: '不支持该内容格式',
    detail: () => '请以 application/json 格式提交。',
  },
  PASSWORD_WEAK: {
    title: '密码不符合安全要求，请重新设置',
    detail: (d) =>
      Array.isArray(d.reasons) ? d.reasons.map((reason) => weak[String(reason)] ?? '').join('') : undefined,
  },
  USERNAME_INVALID: {
    title: '用户名须为 6-20 位数字或字母组合，第一位必须为字母',
    detail: () => '用户名区分大小写，且不能与证件号码或手机号码的格式相同。',
  },
  PERSON_NOT_REGISTERED: { title: '该人员尚未注册，请先由其本人完成自然人用户注册' },
  AGENT_NOT_LISTED: { title: '该人员未列入涉税专业服务机构（人员）基本信息采集表' },
  ACCOUNT_LOCKED: {
    title: '连续认证错误次数过多，您的账号已被锁定。建议您直接使用“忘记密码”修改密码',
    detail: (d) =>
      d.lockedUntil
        ? `账号将于 ${at(d.lockedUntil)} 自动解锁。您也可以使用“忘记密码”立即解锁，或使用手机 APP 扫码登录。`
        : undefined,
  },
  'ACCOUNT_LOCKED/company': {
    title: '企业密码连续错误次数过多，该企业的旧版登录已被锁定。建议您使用新版登录',
    detail: (d) => (d.lockedUntil ? `旧版登录将于 ${at(d.lockedUntil)} 自动解锁。` : undefined),
  },
  SMS_TOO_FREQUENT: { title: '短信验证码获取频繁，请稍后重试', detail: retry },
  TOO_MANY_REQUESTS: { title: '操作过于频繁，请稍后重试', detail: retry },
  UNAVAILABLE: {
    title: '系统繁忙，请稍后重试',
    detail: () => '本次操作未生效，您填写的内容没有丢失，请稍后重试。',
  },
};
