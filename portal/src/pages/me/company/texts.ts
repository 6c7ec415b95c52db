import { texts } from '../../../i18n/index.ts';

export const useCompanyTexts = texts('me-company', {
  zh: {
    subjects: '主体类型',
    state: '状态',
    legalRepresentative: '法定代表人',
    myRole: '我的身份',
    subject: {
      enterprise: '企业',
      'sole-proprietor': '个体工商户',
      agency: '涉税专业服务机构',
      'cross-region': '跨区域报验户',
      'cross-region-property': '跨区域财产税源登记',
      'social-insurance': '社保非税专用用户',
    },
    states: { 'awaiting-confirmation': '待信息确认', active: '正常', cancelled: '已注销' },
    roles: '企业内身份切换',
    onlyOne: '您在本企业只有一种身份',
  },
  en: {
    subjects: 'Kind of taxpayer',
    state: 'State',
    legalRepresentative: 'Legal representative',
    myRole: 'My role',
    subject: {
      enterprise: 'Enterprise',
      'sole-proprietor': 'Sole proprietor',
      agency: 'Tax service agency',
      'cross-region': 'Cross-region business',
      'cross-region-property': 'Cross-region property',
      'social-insurance': 'Social insurance and non-tax',
    },
    states: { 'awaiting-confirmation': 'waiting for confirmation', active: 'active', cancelled: 'cancelled' },
    roles: 'Switch my role in this company',
    onlyOne: 'You have one role in this company',
  },
});
