import type { Chapter } from './chapter.ts';

export const natural: Chapter = {
  id: 'natural',
  zh: '二、个人账户',
  en: '2. Your own account',
  answers: [
    {
      id: 'register',
      zh: [
        '怎样注册？还可以在哪里注册？',
        '注册的是您本人，企业不需要注册。在登录页点击“用户注册”，填写与证件一致的姓名和证件号码，阅读并同意告知书，设置手机号码和密码，再用手机 APP 扫脸。也可以在“安徽税务”APP 中注册；小程序不能注册。以前注册过的不用再注册。',
      ],
      en: [
        'How do I register, and where else?',
        'You register yourself; companies do not register. Use “Register” on the login page: name and number exactly as on your document, the notices, mobile number and password, then a face check by a phone app. The Anhui Tax app registers you, too; mini programs do not. If you registered before, there is no need to do it again.',
      ],
    },
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
      id: 'suspended',
      zh: [
        '提示账户已被停用怎么办？',
        '账户是由税务机关停用的，重置密码不能恢复。请拨打 12366，或携带本人有效证件到就近的办税服务厅询问原因并申请恢复。',
      ],
      en: [
        'My account has been suspended',
        'The tax authority has suspended it, and a new password does not change that. Please call 12366, or take your own valid document to a tax service hall near you and ask for the reason.',
      ],
    },
    {
      id: 'password',
      zh: [
        '怎样修改密码？密码有什么要求？',
        '登录后在【我的信息】-【账户中心】-【个人密码修改】修改；不能登录的，在登录页用“忘记密码”，通过短信或扫脸重新设置。密码为 8-20 位，大写字母、小写字母、数字、其他字符至少三种，不能含有您的证件号码、手机号码或用户名，也不能与最近 5 次相同。',
      ],
      en: [
        'How do I change my password, and what must it be like?',
        'Under Account centre – Personal password; if you cannot log in, by “Forgot password” on the login page, with an SMS code or a face check. It has 8 to 20 characters of at least three kinds, does not contain your document number, mobile number or username, and is none of the last five.',
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
      id: 'numbers',
      zh: [
        '可以用几个手机号码？验证码发到哪一个？',
        '一个人可以有多个手机号码，都可以用来登录；一个号码只能属于一个人。在【我的信息】-【账户中心】-【手机号码修改】添加、删除或更换默认号码；默认号码须先更换才能删除。',
      ],
      en: [
        'How many mobile numbers may I have?',
        'Several, and each of them logs you in; a number belongs to one person only. Add, delete or choose the default one under Account centre – Mobile numbers. The default number can be deleted only after another one has become the default.',
      ],
    },
    {
      id: 'new-phone',
      zh: [
        '换了手机号码，收不到验证码，怎样登录？',
        '记得密码的，在登录页用“找回手机号码”设置新号码。忘记密码的，先用“忘记密码”选择扫脸设置新密码，再找回手机号码。也可以用已登录的手机 APP 扫码登录，再到【手机号码修改】添加。',
      ],
      en: [
        'I have a new mobile number and get no codes',
        'If you know your password, use “Recover phone number” on the login page. If not, set a new password by “Forgot password” with a face check first. You can also log in by QR code and add the number under Mobile numbers.',
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
    {
      id: 'leave',
      zh: [
        '离职了，怎样解除与企业的关系？',
        '以自然人身份登录，在【我的信息】-【账户中心】-【企业授权管理】-【已授权企业】点击“删除”，立即生效。法定代表人和财务负责人的身份由登记数据确定，须由企业办理变更。',
      ],
      en: [
        'I have left the company. How do I end the relation?',
        'Log in as natural person and delete it under Account centre – Company authorisations – Active; it ends at once. The roles of legal representative and finance head come from the registry: the company has to change them there.',
      ],
    },
    {
      id: 'wrong-company',
      zh: [
        '申请授权时选错了企业怎么办？',
        '企业还没有确认的，在【企业授权管理】-【待确认授权】点击“撤回”；申请记录仍会保留在历史管理信息中。',
      ],
      en: [
        'I applied to the wrong company',
        'As long as the company has not confirmed, withdraw it under Company authorisations – Waiting. The record of the application stays in the history.',
      ],
    },
    {
      id: 'history',
      zh: [
        '“清除记录”是删除吗？',
        '不是。清除后，该记录在您的历史管理信息中不再显示，系统仍然保存，与企业的关系也不受影响。',
      ],
      en: [
        'Does “Clear record” delete something?',
        'No. The record is no longer shown in your history, but the system keeps it, and no relation to a company changes by it.',
      ],
    },
  ],
};
