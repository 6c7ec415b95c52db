/** One question and its answer, in both languages. `id` is its anchor: refusals link to it (components/help-anchors.ts). */
export interface Answer {
  readonly id: string;
  readonly zh: readonly [question: string, answer: string];
  readonly en: readonly [question: string, answer: string];
}
export interface Chapter {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  readonly answers: readonly Answer[];
}

/** In the order in which people meet these things; in our own words, for what this system does. */
export const chapters: readonly Chapter[] = [
  {
    id: 'general',
    zh: '一、登录方式',
    en: '1. Ways to log in',
    answers: [
      {
        id: 'two-factors',
        zh: [
          '为什么要输入密码后再验证一次？',
          '每次登录都要两道验证：先是个人用户密码，再是短信验证码或扫脸。这样即使密码被人知道，也不能冒用您的身份。同一个个人密码可以用于企业、自然人和代理业务各个入口，不再有企业密码。',
        ],
        en: [
          'Why am I checked again after the password?',
          'Every login takes two checks: your personal password, then an SMS code or a face check, so that a password alone lets nobody in. One personal password serves all entries; companies have no password of their own any more.',
        ],
      },
      {
        id: 'scan',
        zh: [
          '“扫码登录”和“扫脸验证”有什么不同？',
          '扫码登录：用已登录的手机 APP 或小程序扫登录页的二维码，在手机上确认后，网页直接进入手机上的身份，不用输入密码。扫脸验证：密码通过后的第二道验证，扫码后在手机上扫脸。安徽税务 APP 不登录也能扫脸；个人所得税 APP 须先以本人登录。',
        ],
        en: [
          'QR login and face check: what is the difference?',
          'QR login: a phone app that is logged in scans the code of the login page and confirms; the page takes over the identity of the phone, without a password. Face check: the second check after the password; you scan a code and show your face in the app. The Anhui Tax app needs no login for it, the Individual Income Tax app does.',
        ],
      },
      {
        id: 'apps',
        zh: [
          '在哪里下载手机 APP？',
          '在应用市场搜索“安徽税务”或“个人所得税”，或点击二维码下方的“下载手机 APP”。微信、支付宝中的安徽税务小程序可以扫码登录和办理发票类事项的扫码验证。',
        ],
        en: [
          'Where do I get the apps?',
          'Search for them in your app store, or use “Get the phone app” below the code. The WeChat and Alipay mini programs can scan the login code and codes of invoice matters.',
        ],
      },
      {
        id: 'log-out',
        zh: [
          '关闭浏览器就退出了吗？',
          '没有。只关闭浏览器仍是登录状态，他人可能继续以您的身份办理。办完请点击页面上方的“退出”。30 分钟不操作会自动退出。',
        ],
        en: [
          'Does closing the browser log me out?',
          'No. Somebody else could go on in your name. Use “Log out” at the top when you are done. After 30 minutes without use you are logged out by itself.',
        ],
      },
      {
        id: 'old-login',
        zh: [
          '旧版登录还能用吗？',
          '过渡期内可以，登录页右上角有入口并写明停用日期。请尽早改用新版，并由法定代表人或财务负责人添加办税人员。',
        ],
        en: [
          'Can I still use the old login?',
          'Until the day that the login page names. Please move to the new one early and let the legal representative or finance head add the people who work for the company.',
        ],
      },
    ],
  },
  {
    id: 'natural',
    zh: '二、个人账户',
    en: '2. Your own account',
    answers: [
      {
        id: 'not-registered',
        zh: [
          '提示“该用户未注册”怎么办？',
          '请在登录页点击“用户注册”，依次填写身份信息、基本信息并扫脸。曾经实名采集过、但账户已注销或失效的，重新注册后即可恢复，原有的企业关系仍在。',
        ],
        en: [
          '“Not registered”: what now?',
          'Use “Register” on the login page: identity, basic information, face check. If your account was closed or became invalid, registering again brings it back with its companies.',
        ],
      },
      {
        id: 'documents',
        zh: [
          '哪些证件可以直接在网上注册？',
          '居民身份证、港澳居民来往内地通行证、台湾居民来往大陆通行证、中国护照、外国人永久居留身份证、港澳居民居住证和台湾居民居住证。外国护照、外国人工作许可证和其他个人证件，须先到办税服务厅采集实名信息。',
        ],
        en: [
          'Which documents can register online?',
          'The ID card, the travel permits of Hong Kong, Macao and Taiwan residents, the Chinese passport, the foreign permanent resident ID card and the residence permits of Hong Kong, Macao and Taiwan residents. With a foreign passport, a work permit or another document, have your identity recorded at a tax service hall first.',
        ],
      },
      {
        id: 'face',
        zh: [
          '扫脸总是不通过怎么办？',
          '请在光线充足处、画面中只有您本人，按提示做明显的动作。连续 5 次不通过，本次办理会结束。可以携带证件到办税服务厅采集实名信息；比对依据是公安机关登记的身份信息，必要时请先到公安机关更新。',
        ],
        en: [
          'The face check keeps failing',
          'Use good light, with nobody else in the picture, and make the movements clearly. After five failures the journey ends. A tax service hall can record your identity; the comparison is with the police record, which you may have to bring up to date.',
        ],
      },
      {
        id: 'locked',
        zh: [
          '账号被锁定了怎么办？',
          '一天内同一种验证方式连续错误 5 次，账号锁定到次日零时。用“忘记密码”重置密码会立即解锁；锁定期间仍可以用手机 APP 扫码登录。',
        ],
        en: [
          'My account is locked',
          'Five failures of one kind in a day lock it until midnight. “Forgot password” unlocks it at once, and a QR login by the phone app works meanwhile.',
        ],
      },
      {
        id: 'phone',
        zh: [
          '提示“手机号码不存在”或“手机号为空”怎么办？',
          '一个手机号码只属于一个人。号码被他人使用或数据重复时会被置空。请改用证件号码登录，或用手机 APP 扫码登录，再到【我的信息】-【账户中心】-【手机号码修改】添加；仍记得密码的，也可以用“找回手机号码”。',
        ],
        en: [
          'My phone number is unknown or empty',
          'A number belongs to one person; one that was claimed by somebody else or stood twice is taken off. Log in by your document number or by QR code and add a number under About me – Account centre – Mobile numbers, or use “Recover phone number” if you know the password.',
        ],
      },
      {
        id: 'code',
        zh: [
          '收不到短信验证码？',
          '用手机号码登录的，发到该号码；用证件号码或用户名登录的，发到默认手机号码。同一号码 10 分钟内最多 5 条，两次之间至少 60 秒；过了提示的时间即可再次获取。也可以改用扫脸验证。',
        ],
        en: [
          'No SMS code arrives',
          'It goes to the number you logged in with, or to your default number. A number gets at most 5 codes in 10 minutes, at least 60 seconds apart; the page says when the next one is possible. The face check works instead.',
        ],
      },
      {
        id: 'username',
        zh: [
          '用户名是什么，怎么设置？',
          '用户名是登录账号的一种：6-20 位字母或数字，首位为字母，区分大小写。注册时可以设置，也可以在【我的信息】-【账户中心】-【个人信息维护】设置；首次设置后，每年可以修改一次。',
        ],
        en: [
          'What is the username?',
          'One of the things you can log in with: 6 to 20 letters or digits, a letter first; capitals matter. Set it when registering or under Account centre – Personal information; after that it changes once a year.',
        ],
      },
      {
        id: 'level',
        zh: [
          '实名等级怎么提升？',
          '新注册用户为四级。三级的存量用户可以在【我的信息】-【账户中心】-【个人实名等级】扫脸，或办理风险事项时扫脸，升为四级。',
        ],
        en: [
          'How do I raise my real-name level?',
          'Whoever registers now has level 4. With level 3, pass a face check under Account centre – Real-name level, or during a matter that asks for one.',
        ],
      },
      {
        id: 'close',
        zh: [
          '怎样注销账户？',
          '在【账户中心】-【用户注销】办理。注销后不能再为关联企业办税，但与企业的关系不会自动解除；需要解除的，请先在“企业授权管理”中删除。',
        ],
        en: [
          'How do I close my account?',
          'Under Account centre – Close my account. You can no longer work for companies then, but your relations to them stay; delete them first where you want that.',
        ],
      },
    ],
  },
  {
    id: 'company',
    zh: '三、企业办税',
    en: '3. Working for a company',
    answers: [
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
  },
  {
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
  },
];
