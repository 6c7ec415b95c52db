import { texts } from '../../i18n/index.ts';

/**
 * The two notices that people agree to (REG-6; Personal Information Protection Law, art. 17): each under one name,
 * wherever it is read. The version of the notices is `consentVersion` of the API, which records what was agreed to.
 */
export const useNoticeTexts = texts('notices', {
  zh: {
    privacy: '个人信息处理告知书',
    face: '人脸信息处理告知书',
    version: '版本：{{version}}',
    privacyText: {
      who: '处理者：国家税务总局安徽省税务局（电子税务局的主办单位）。',
      what: '处理的信息：姓名、证件类型、证件号码、手机号码、用户名、登录时间、网络地址（只保留网段）、其所在城市和浏览器名称。',
      why: '目的和方式：核验身份、登录、保护账户和依法办理税费业务。证件号码、姓名和手机号码加密保存，页面上只显示一部分；除法律、行政法规规定的情形外，不提供给他人。',
      long: '保存期限：账户信息保存至您注销账户；安全记录至少保存 180 天；法律、行政法规另有规定的，从其规定。',
      rights:
        '您的权利：您可以在“账户中心”查看和更正信息、查看安全记录、注销账户；不同意的，无法在网上注册，可到办税服务厅办理业务。',
      contact: '联系方式：拨打 12366，或到办税服务厅。',
    },
    faceText: {
      who: '处理者：国家税务总局安徽省税务局；比对由具备资质的核验机构完成。',
      what: '处理的信息：扫脸时由手机 APP 采集的人脸图像。',
      why: '目的和必要性：只用于确认是您本人在办理，以防冒用。人脸信息属于敏感个人信息，须经您单独同意。',
      long: '保存期限：我们不保存人脸图像，只保存核验机构返回的流水号和结果。',
      rights: '您可以不同意：请持证件到办税服务厅采集实名信息，之后再注册；登录也可以使用短信验证码。',
      contact: '联系方式：拨打 12366，或到办税服务厅。',
    },
  },
  en: {
    privacy: 'Notice on personal information',
    face: 'Notice on face information',
    version: 'Version: {{version}}',
    privacyText: {
      who: 'Who: the Anhui Provincial Tax Service, State Taxation Administration, which runs this e-tax bureau.',
      what: 'What: name, document type, document number, mobile number, username, times of logging in, network address (its network only), its city and the name of the browser.',
      why: 'Why and how: to check who you are, to let you log in, to protect your account and to handle tax matters by law. Name, numbers and phone are kept encrypted and shown only in part; nobody else receives them unless a law says so.',
      long: 'How long: your account’s information until you close it; the security history for at least 180 days; longer only where a law says so.',
      rights:
        'Your rights: in the account centre you see and correct your information, see the security history and close the account. Without your consent you cannot register online; a tax service hall can help you.',
      contact: 'Contact: call 12366, or visit a tax service hall.',
    },
    faceText: {
      who: 'Who: the Anhui Provincial Tax Service; the comparison is made by a licensed checking service.',
      what: 'What: the picture of your face that the phone app takes during a face check.',
      why: 'Why: only to make sure that it is you, so that nobody acts in your name. A face is sensitive information and needs your separate consent.',
      long: 'How long: we keep no picture of your face, only the number and result that the checking service returns.',
      rights:
        'You may say no: have your identity recorded at a tax service hall and register afterwards; for logging in there is also the SMS code.',
      contact: 'Contact: call 12366, or visit a tax service hall.',
    },
  },
});
