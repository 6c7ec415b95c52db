import { texts } from '../../i18n/index.ts';

export const useRegisterTexts = texts('register', {
  zh: {
    title: '用户注册',
    steps: '注册步骤',
    stepIdentity: '身份信息',
    stepProfile: '基本信息',
    stepFace: '扫脸验证',
    identityTitle: '填写身份信息',
    identityHint:
      '仅自然人注册，企业无需注册。持外国护照、外国人工作许可证或其他个人证件的，请先到办税服务厅采集实名信息。',
    consents: '个人信息处理',
    privacy: '我已阅读并同意《个人信息保护告知书》',
    privacyRead: '阅读《个人信息保护告知书》',
    privacyText:
      '我们收集您的姓名、证件类型、证件号码和手机号码，用于核验身份、登录和保障账户安全。证件号码、姓名和手机号码加密保存，页面上只显示一部分；除法律、行政法规规定的情形外不提供给他人。您可以在账户中心查看、更正信息或注销账户。不同意的，无法完成注册，可到办税服务厅办理业务。',
    face: '我同意为本次注册进行人脸识别',
    faceRead: '阅读人脸信息处理说明',
    faceText:
      '人脸识别由您在手机 APP 上完成，只用于确认是您本人在注册。我们不保存人脸图像，只保存核验机构返回的流水号和结果。您也可以不使用人脸识别：请持证件到办税服务厅采集实名信息，之后再注册。',
    mustAgree: '请阅读并同意后继续',
    hallTitle: '需要先到办税服务厅',
    profileTitle: '填写基本信息',
    hallPhone: '您的实名信息已在办税服务厅采集，请使用当时核验的手机号码。',
    takeover: '该号码是我的，转到我的名下',
    takeoverHint: '原持有人将不能再使用该号码登录。之后须由您本人完成扫脸验证。',
    faceTitle: '扫脸验证',
    faceHint:
      '请使用手机 APP 扫描二维码，由您本人完成扫脸验证。请保持光线充足，画面中只有您一个人，按提示缓慢动作。',
    lastTitle: '确认注册',
    finish: '完成注册',
    again: '重新填写基本信息',
    doneTitle: '注册成功',
    doneText: '您的实名等级为 {{level}} 级。现在可以使用证件号码、手机号码或用户名登录。',
    toLogin: '去登录',
    forgot: '忘记密码',
    another: '为其他人注册',
  },
  en: {
    title: 'Register',
    steps: 'Steps of the registration',
    stepIdentity: 'Identity',
    stepProfile: 'Basic information',
    stepFace: 'Face check',
    identityTitle: 'Who you are',
    identityHint:
      'Only natural persons register; companies do not. With a foreign passport, a foreigner’s work permit or another personal document, please have your identity recorded at a tax service hall first.',
    consents: 'Your personal information',
    privacy: 'I have read and agree to the personal information notice',
    privacyRead: 'Read the personal information notice',
    privacyText:
      'We collect your name, document type, document number and phone number to check who you are, to let you log in and to protect your account. Name, numbers and phone are kept encrypted and shown only in part; nobody else receives them unless a law says so. In the account centre you can see and correct them or close the account. Without this consent you cannot register here; a tax service hall can help you.',
    face: 'I agree to a face check for this registration',
    faceRead: 'Read how face information is handled',
    faceText:
      'You do the face check in an app on your phone; it serves only to make sure that it is you who registers. We keep no picture of your face, only the number and result that the checking service returns. You can do without: have your identity recorded at a tax service hall and register afterwards.',
    mustAgree: 'Please read and agree to go on',
    hallTitle: 'A visit to the tax service hall comes first',
    profileTitle: 'Basic information',
    hallPhone:
      'Your identity was recorded at a tax service hall: please use the phone number that was checked there.',
    takeover: 'The number is mine, move it to me',
    takeoverHint: 'Its present holder can no longer log in with it. You will have to pass a face check.',
    faceTitle: 'Face check',
    faceHint:
      'Scan the code with an app and do the face check yourself. Good light, nobody else in the picture, slow movements.',
    lastTitle: 'Finish the registration',
    finish: 'Register',
    again: 'Change the basic information',
    doneTitle: 'You are registered',
    doneText:
      'Your real-name level is {{level}}. You can now log in with document number, phone or username.',
    toLogin: 'Log in',
    forgot: 'Forgotten password',
    another: 'Register somebody else',
  },
});
