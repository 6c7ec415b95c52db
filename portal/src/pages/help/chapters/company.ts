import type { Chapter } from './chapter.ts';

export const company: Chapter = {
  id: 'company',
  zh: '三、企业办税',
  en: '3. Working for a company',
  answers: [
    {
      id: 'no-company-password',
      zh: [
        '没有企业密码了，怎样为企业登录？',
        '在登录页选择“企业业务”，填写企业的识别号、您本人的账号和个人用户密码，再完成一次验证。没有个人账户的请先注册；忘记密码的用“忘记密码”。',
      ],
      en: [
        'Companies have no password any more. How do I log in for one?',
        'Choose Enterprise on the login page and enter the number of the company, your own account and your personal password, then pass the second check. Register first if you have no account of your own.',
      ],
    },
    {
      id: 'roles',
      zh: [
        '各种办税身份分别有什么权限？',
        '法定代表人和财务负责人拥有全部权限，只有他们可以添加、删除办税人员和确认服务协议。办税员在企业给的权限内办理，开票员只办理发票业务，涉税代理人员在服务协议的项目和期限内办理。',
      ],
      en: [
        'What may each role do?',
        'Legal representative and finance head may do everything, and only they add or remove people and confirm agreements. A tax handler has the permissions that the company gives, an invoice clerk invoices only, a tax agent what the agreement names for its days.',
      ],
    },
    {
      id: 'no-relation',
      zh: [
        '提示“未查询到您与该企业的关联关系”怎么办？',
        '请先从“自然人业务”登录，在【我的信息】-【账户中心】-【企业授权管理】查看：有待确认授权的，确认即可；没有的，请企业的法定代表人或财务负责人在【人员权限管理】添加您。用手机号码登录的，号码可能已属于他人，请改用证件号码。',
      ],
      en: [
        '“No relation with this company”',
        'Log in as natural person and look under Account centre – Company authorisations: confirm what waits there. If nothing does, ask the legal representative or finance head to add you under People and permissions. If you used a phone number, it may belong to somebody else: use your document number.',
      ],
    },
    {
      id: 'people',
      zh: [
        '怎样添加或删除办税员、开票员？',
        '法定代表人或财务负责人从“企业业务”登录，在【账户中心】-【人员权限管理】添加；被添加的人须已注册，并以自然人身份在“待确认授权”中确认后生效。删除立即生效。手机 APP 和小程序只能查看。',
      ],
      en: [
        'How are people added and removed?',
        'The legal representative or finance head adds them under Account centre – People and permissions; the person must be registered and confirms as natural person. Removing takes effect at once. Phone apps only show relations.',
      ],
    },
    {
      id: 'unconfirmed',
      zh: [
        '新企业怎样才能登录？',
        '企业不需要注册。法定代表人以自然人身份登录办理“新办纳税人套餐”，或办税人员办理“一照一码信息确认”“个体工商户信息确认”，也可以到办税服务厅确认；完成后即可从“企业业务”登录。',
      ],
      en: [
        'How does a new company get in?',
        'Companies do not register. Its legal representative, as natural person, confirms the new company, or a tax handler confirms its licence information, or a tax service hall does; then it can log in at Enterprise.',
      ],
    },
    {
      id: 'special',
      zh: [
        '什么是“特定主体”？',
        '跨区域报验户、跨区域财产税源登记户和只缴社保非税的单位，从登录页下方的“特定主体”进入。跨区域报验户登录后选择报告，输入管理编号末 4 位即可查询；须是企业的法定代表人、财务负责人、办税员，或报告的经办人（姓名和手机号码完全一致）。',
      ],
      en: [
        'What are special subjects?',
        'Cross-region businesses, cross-region property and bodies that pay only social insurance log in at “Special subjects” below the form. Cross-region businesses then choose a report by the last 4 characters of its number; its legal representative, finance head, tax handler, or the handler named in the report may.',
      ],
    },
    {
      id: 'finance-head',
      zh: [
        '财务负责人怎样确认任职？',
        '从“企业业务”登录时可以直接确认，或以自然人身份在“待确认授权”中确认。该任职来自身份信息报告，不能拒绝；有异议请联系企业更正。',
      ],
      en: [
        'How does a finance head confirm?',
        'When logging in at Enterprise, or as natural person among the waiting authorisations. The appointment comes from the company’s report and cannot be refused; ask the company to correct it.',
      ],
    },
    {
      id: 'legal-representative',
      zh: [
        '法定代表人怎样与企业关联？',
        '不用申请。法定代表人以登记机关交换的数据为准，企业完成税务信息确认后自动关联；本人注册后即可从“企业业务”登录。',
      ],
      en: [
        'How is the legal representative linked to the company?',
        'By itself: the registry says who it is, and the link is there once the company has confirmed its tax information. After registering, the representative logs in at Enterprise.',
      ],
    },
    {
      id: 'switch',
      zh: [
        '怎样切换到其他企业或其他身份？',
        '点击页面上方的“切换身份”，或进入【账户中心】-【身份切换】，不用退出。同一企业内的不同身份在【企业基本信息】切换。从特定主体登录的，只能切换回自然人。',
      ],
      en: [
        'How do I switch company or role?',
        'Use “Switch” at the top, or Account centre – Switch identity, without logging out. Roles of one company are switched under Company information. From a special entry you can only go back to yourself.',
      ],
    },
  ],
};
