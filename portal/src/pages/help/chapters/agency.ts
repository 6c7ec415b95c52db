import type { Chapter } from './chapter.ts';

export const agency: Chapter = {
  id: 'agency',
  zh: '四、涉税代理',
  en: '4. Tax agencies',
  answers: [
    {
      id: 'agent',
      zh: [
        '税务代理人员怎样登录？',
        '须同时列在机构的人员信息采集表和委托企业的协议要素采集表上。从“代理业务”填机构的识别号登录，再选择委托企业；或从“企业业务”填委托企业的识别号登录。',
      ],
      en: [
        'How does a tax agent log in?',
        'You have to be on the agency’s staff form and on the client’s agreement. Log in at Agency with the agency’s number and choose the client, or at Enterprise with the client’s number.',
      ],
    },
    {
      id: 'agency-own',
      zh: [
        '办理机构自己的业务从哪里登录？',
        '从“企业业务”填机构自己的识别号登录；在【代理机构管理】维护人员和服务协议。',
      ],
      en: [
        'Where does the agency handle its own affairs?',
        'At Enterprise with its own number; people and agreements are kept under Agency.',
      ],
    },
    {
      id: 'agreement',
      zh: [
        '协议由谁确认，怎样终止？',
        '机构录入的协议由委托企业的法定代表人或财务负责人确认后生效；双方都可以终止，立即生效。换人办理的，在协议中变更代理人员。',
      ],
      en: [
        'Who confirms an agreement, and who ends it?',
        'The client’s legal representative or finance head confirms what the agency enters; either side ends it, at once. To change who works for a client, change the agents of the agreement.',
      ],
    },
    {
      id: 'clients',
      zh: [
        '怎样在委托企业之间切换？',
        '从“代理业务”登录的，用页面上方的“切换身份”或【企业切换】。从“企业业务”以某一委托企业登录的，只能切换到自己任职的企业，其他委托企业须重新登录。',
      ],
      en: [
        'How do I switch between clients?',
        'Logged in at Agency: “Switch” at the top, or Switch client. Logged in at Enterprise for one client: only to companies of your own; other clients need a new login.',
      ],
    },
  ],
};
