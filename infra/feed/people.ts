import { personNumberCheckDigit } from '#domain/people/person-numbers.ts';
import { type Dice, diceFor, spread } from './dice.ts';
import { localities } from './localities.ts';

/** An invented person as registry lines name them, and the phone that a hall would record. */
export interface SamplePerson {
  readonly person: { readonly name: string; readonly documentType: string; readonly documentNumber: string };
  readonly phone: string;
}

const firstBirth = Date.UTC(1955, 0, 1);
const birthDays = 365 * 50;
const orders = 999;
/** How many different resident numbers can be assigned. */
const positions = localities.length * birthDays * orders;

/**
 * The n-th person of a seed. A person follows only from the position among all numbers: if two seeds use the same
 * number, it is the same person with the same name.
 */
export function samplePerson(seed: number, index: number): SamplePerson {
  const position = spread(positions, seed, index);
  const dice = diceFor(0, 'person', position);
  const phone = phoneAt(position);
  // A few people are not from Anhui and have other documents.
  if (dice.happens(0.01)) {
    const digits = String(position).padStart(10, '0');
    const [documentType, documentNumber, name] = dice.happens(0.6)
      ? ['210', `H${digits}`, nameOf(dice)]
      : ['208', `E${digits}`, `${dice.pick(latin.given)} ${dice.pick(latin.family)}`];
    return { person: { name, documentType, documentNumber }, phone };
  }
  const documentNumber = residentNumber(position);
  return { person: { name: nameOf(dice), documentType: '201', documentNumber }, phone };
}

function residentNumber(position: number): string {
  const order = 1 + (position % orders);
  const days = Math.floor(position / orders) % birthDays;
  const locality = localities[Math.floor(position / orders / birthDays)];
  if (!locality) throw new Error('There is no such place');
  const birth = new Date(firstBirth + days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
  const first17 = `${locality.code}${birth}${String(order).padStart(3, '0')}`;
  return `${first17}${personNumberCheckDigit(first17) ?? ''}`;
}

const prefixes =
  '130 131 132 133 135 136 137 138 139 150 151 152 153 155 156 157 158 159 177 180 181 182 183 185 186 187 188 189 199'.split(
    ' ',
  );
const phones = prefixes.length * 100_000_000;
/** A second phone number, with a prefix that no first number has. */
export const extraPhone = ({ phone }: SamplePerson): string => `198${phone.slice(3)}`;

/** A prime that divides no count of phones: different positions give different phones. */
const phoneStep = 15_485_863n;
function phoneAt(position: number): string {
  const at = Number((BigInt(position) * phoneStep) % BigInt(phones));
  return `${prefixes[Math.floor(at / 100_000_000)]}${String(at % 100_000_000).padStart(8, '0')}`;
}

/** Common surnames come first and are drawn more often. */
const surnames = [
  ...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤',
  '欧阳',
  '上官',
  '诸葛',
  '司马',
];
const given =
  '伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰玉华志文建国春梅红宇浩然子轩雨欣思佳怡晨曦俊峰海燕雪琴晓东振庆永福安徽宁瑞祥嘉慧颖婷琳璐瑶倩薇菲蕾月莹洁云帆博睿泽楠彬凯旭鹏飞翔';
const latin = {
  given: ['Anna', 'Carlos', 'Elena', 'Hiroshi', 'James', 'Maria', 'Olga', 'Thomas'],
  family: ['Ivanova', 'Müller', 'Nakamura', 'Okafor', 'Rossi', 'Silva', 'Smith', 'Tremblay'],
} as const;

export function nameOf(dice: Dice): string {
  const surname = surnames[Math.floor(dice.next() ** 2 * surnames.length)] ?? '王';
  return surname + dice.pick(given) + (dice.happens(0.85) ? dice.pick(given) : '');
}
