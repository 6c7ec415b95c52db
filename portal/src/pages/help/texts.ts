import { texts } from '../../i18n/index.ts';

export const useHelpTexts = texts('help', {
  zh: {
    title: '帮助',
    search: '搜索问题',
    chapters: '目录',
    none: '没有找到。您可以换一个词，或拨打 12366 咨询。',
    found: '找到 {{count}} 个问题',
    ask: '仍未解决？请拨打 12366（{{hours}}），或前往办税服务厅。',
    always: '工作时间',
  },
  en: {
    title: 'Help',
    search: 'Search',
    chapters: 'Contents',
    none: 'Nothing found. Try another word, or call 12366.',
    found: 'Questions found: {{count}}',
    ask: 'Still stuck? Call 12366 ({{hours}}), or visit a tax service hall.',
    always: 'working hours',
  },
});
