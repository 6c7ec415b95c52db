import { personNumberCheckDigit } from '#domain/people/person-numbers.ts';

/** One password for everybody, so that a newcomer has one thing to remember. The password passes PWD-2. */
export const demoPassword = 'Wanjiang#2058';

export interface DemoPerson {
  readonly name: string;
  readonly documentType: string;
  readonly documentNumber: string;
  readonly phone: string;
  readonly username?: string;
  /**
   * How the account is created: `online` by the web registration with a face check (REG-1), `hall` by the same with the
   * hall's record instead of the face (REG-2), `migrated` from the old system (MIG-1), `none`: not yet registered.
   */
  readonly account: 'online' | 'hall' | 'migrated' | 'none';
  readonly password?: string;
  /**
   * Suspended by an order of the authority (ORD-1): cannot log in until an order at the desk's counter resumes the
   * account.
   */
  readonly suspended?: true;
  readonly zh: string;
  readonly en: string;
}

/** A resident number with its check digit: locality, birthday, order. */
const resident = (locality: string, birthday: string, order: string): string => {
  const first17 = `${locality}${birthday}${order}`;
  return `${first17}${personNumberCheckDigit(first17) ?? ''}`;
};
const citizen = (name: string, locality: string, birthday: string, order: string, phone: string) => ({
  name,
  documentType: '201',
  documentNumber: resident(locality, birthday, order),
  phone,
});

const zhaoMin = citizen('赵敏', '341002', '19790508', '128', '13955100108');

/** All invented. */
export const people = {
  zhangWei: {
    ...citizen('张伟', '340104', '19850612', '131', '13955100101'),
    username: 'zhangwei85',
    account: 'online',
    password: demoPassword,
    zh: '两家企业的法定代表人；另有一家新办企业待本人确认',
    en: 'legal representative of two companies; a new one waits for his confirmation',
  },
  liNa: {
    ...citizen('李娜', '340103', '19880923', '242', '13955100102'),
    account: 'online',
    password: demoPassword,
    zh: '徽江智能的财务负责人；江淮物流的财务负责人待确认（在企业业务登录页确认）',
    en: 'finance head; a second appointment is confirmed right on the enterprise login page',
  },
  wangFang: {
    ...citizen('王芳', '340111', '19920315', '326', '13955100103'),
    username: 'wangfang92',
    account: 'online',
    password: demoPassword,
    zh: '徽江智能的办税员和开票员（登录后选择身份）；新锐信息的办税员待确认',
    en: 'tax handler and invoice clerk of one company: chooses the role after the second factor',
  },
  liuYang: {
    ...citizen('刘洋', '340202', '19900107', '415', '13955100104'),
    account: 'online',
    password: demoPassword,
    zh: '涉税专业服务机构的代理人员，服务两家客户',
    en: 'agent of the tax agency, serves two clients',
  },
  chenJing: {
    ...citizen('陈静', '340104', '19811130', '528', '13955100105'),
    account: 'online',
    password: demoPassword,
    zh: '涉税专业服务机构的法定代表人（维护代理人员和协议）',
    en: 'legal representative of the tax agency: keeps its staff form and agreements',
  },
  sunQiang: {
    ...citizen('孙强', '340103', '19760218', '617', '13955100106'),
    account: 'online',
    password: demoPassword,
    zh: '个体工商户业主，也是代理机构的客户',
    en: 'sole proprietor, client of the agency',
  },
  mariaRossi: {
    name: 'Maria Rossi',
    documentType: '208',
    documentNumber: 'YA5412087',
    phone: '13955100107',
    account: 'hall',
    password: demoPassword,
    zh: '外籍人士，护照已在办税服务厅采集',
    en: 'foreigner, passport collected at a hall',
  },
  zhaoMin: {
    ...zhaoMin,
    account: 'migrated',
    password: zhaoMin.documentNumber.slice(-6),
    zh: '老系统迁移，初始密码为证件号后六位：只能扫脸，登录后必须改密码',
    en: 'migrated with the initial password: face only, and the password must be changed first',
  },
  zhouJie: {
    ...citizen('周杰', '341102', '19830719', '731', '13955100109'),
    account: 'migrated',
    password: demoPassword,
    zh: '老系统迁移，沿用原密码，实名等级 3（可在账户中心升级）',
    en: 'migrated with the old password, real-name level 3',
  },
  caoBin: {
    ...citizen('曹斌', '340822', '19771015', '266', '13955100114'),
    account: 'migrated',
    password: demoPassword,
    suspended: true,
    zh: '账户已被税务机关停用（在 /desk 的办税服务厅“账户管控”中恢复）',
    en: 'suspended by the tax authority: the hall counter at /desk resumes the account',
  },
  wuLei: {
    ...citizen('吴磊', '340123', '19950826', '854', '13955100110'),
    account: 'none',
    zh: '尚未注册；注册后可确认徽江智能的办税员授权',
    en: 'not registered yet; a tax-handler relation waits for him',
  },
  zhengHua: {
    ...citizen('郑华', '320102', '19720430', '919', '13955100111'),
    account: 'online',
    password: demoPassword,
    zh: '跨区域报验户的法定代表人（登录后选择报告）',
    en: 'legal representative of a cross-region company: chooses the report after login',
  },
  heJun: {
    ...citizen('何军', '320102', '19861202', '033', '13955100112'),
    account: 'online',
    password: demoPassword,
    zh: '跨区域涉税事项报告的经办人，与该企业无其他关系',
    en: 'handler named in one report, no other relation',
  },
  maLi: {
    ...citizen('马丽', '340102', '19890614', '144', '13955100113'),
    account: 'online',
    password: demoPassword,
    zh: '社保非税专用用户和跨区域财产税源登记户的办税员',
    en: 'tax handler of a social-insurance unit and of a cross-region property holder',
  },
} as const satisfies Readonly<Record<string, DemoPerson>>;

export type PersonKey = keyof typeof people;
export const personKeys = Object.keys(people) as PersonKey[];
export const demoPerson = (key: PersonKey): DemoPerson => people[key];
/** The person in the form that lines and calls use. */
export const named = (key: PersonKey) => {
  const { name, documentType, documentNumber } = people[key];
  return { name, documentType, documentNumber };
};
