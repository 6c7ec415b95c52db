import { texts } from '../../i18n/index.ts';

export const useHelpTexts = texts('help', {
  zh: {
    title: '帮助',
    search: '搜索问题',
    chapters: '目录',
    none: '没有找到。您可以换一个词，或拨打 12366 咨询。',
    found: '找到 {{count}} 个问题',
    contact: '仍未解决？',
    visit: '携带本人有效证件前往就近的办税服务厅',
    always: '工作时间',
  },
  en: {
    title: 'Help',
    search: 'Search',
    chapters: 'Contents',
    none: 'Nothing found. Try another word, or call 12366.',
    found: 'Questions found: {{count}}',
    contact: 'Still stuck?',
    visit: 'Visit a tax service hall near you with your own valid document',
    always: 'working hours',
  },
});
