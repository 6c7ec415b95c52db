/** What a report says about a line that was taken, but not in every part (DOC-3, MIG-1, AGY-4). */
const sentences = {
  TAXPAYER_NUMBER_CHECK: '纳税人识别号的校验位不符，请核对；已按所报号码处理',
  PHONE_EMPTIED: '手机号码与其他人员重复，已对相关人员全部置空',
  PHONE_REFUSED: '手机号码此前已出现重复，不再导入',
  PHONE_OF_ANOTHER: '手机号码已由其他人员通过短信验证，不予导入',
  AGENT_NOT_LISTED: '有经办人员未列入涉税专业服务机构（人员）基本信息采集表，列入前不能办理业务',
  AGENT_IS_STAFF: '有经办人员已是委托企业的办税人员',
  STATE_CONFLICT: '与该委托企业已有服务期限重叠的协议',
  AGREEMENT_ENDED: '该协议已在本系统终止或被委托企业拒绝，不再恢复',
  STATE_NOT_TAKEN:
    '该账户已在本系统注册或变更，作废、注销状态未生效；如需停用账户，请报送 order 行（order: suspend，并注明 approvedBy）',
} as const;
export type WarningCode = keyof typeof sentences;

export const warningOf = (code: WarningCode): { code: WarningCode; message: string } => ({
  code,
  message: sentences[code],
});
