import { texts } from '../../../i18n/index.ts';

export const useClientsTexts = texts('me-clients', {
  zh: {
    hint: '切换到本机构的其他委托企业，无需退出重新登录。仅列出您在服务期限内担任代理人员的企业。',
    search: '企业名称或纳税人识别号',
    find: '查询',
    list: '委托企业',
    none: '没有可切换的委托企业',
    noneFound: '没有找到符合条件的委托企业',
  },
  en: {
    hint: 'Switch to another client of your agency without logging out. Listed are the clients that you serve today.',
    search: 'Name or taxpayer number',
    find: 'Search',
    list: 'Clients',
    none: 'There is no client to switch to',
    noneFound: 'No client fits',
  },
});
