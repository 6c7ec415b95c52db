import { texts } from '../../../i18n/index.ts';

export const useClientsTexts = texts('me-clients', {
  zh: {
    choose: '选择委托企业',
    chooseHint: '请选择本次要办理的委托企业；之后可以随时切换。仅列出您在服务期限内担任代理人员的企业。',
    hint: '切换到本机构的其他委托企业，无需退出重新登录。仅列出您在服务期限内担任代理人员的企业。',
    search: '企业名称或纳税人识别号',
    find: '查询',
    list: '委托企业',
    none: '没有可切换的委托企业',
    noneFound: '没有找到符合条件的委托企业',
  },
  en: {
    choose: 'Choose the client',
    chooseHint:
      'Choose the client to work for now; you can switch at any time. Listed are the clients that you serve today.',
    hint: 'Switch to another client of your agency without logging out. Listed are the clients that you serve today.',
    search: 'Name or taxpayer number',
    find: 'Search',
    list: 'Clients',
    none: 'There is no client to switch to',
    noneFound: 'No client fits',
  },
});
