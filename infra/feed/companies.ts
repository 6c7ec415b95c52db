import { uscCheckDigit } from '#domain/companies/taxpayers.ts';
import { type Dice, spread } from './dice.ts';
import type { Locality } from './localities.ts';

const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const freeDigits = 6;
const organisations = alphabet.length ** freeDigits;

/**
 * The 统一社会信用代码 of the n-th company of a seed: registering authority (工商 9) and kind, locality, organisation code
 * of nine, check digit (DOC-3). Numbers do not repeat within a seed.
 */
export function creditCode(
  kind: 'enterprise' | 'sole-proprietor',
  locality: { readonly code: string },
  seed: number,
  index: number,
) {
  let rest = spread(organisations, seed, index);
  let organisation = '';
  for (let digit = 0; digit < freeDigits; digit++) {
    organisation = `${alphabet[rest % alphabet.length]}${organisation}`;
    rest = Math.floor(rest / alphabet.length);
  }
  const first16 = `9${kind === 'enterprise' ? '1' : '2'}${locality.code}MA${organisation}`;
  const first17 = first16 + organisationCheckDigit(first16.slice(8));
  return `${first17}${uscCheckDigit(first17) ?? ''}`;
}

/** GB 11714: the ninth character of an organisation code. No rule looks at it; real numbers have it. */
function organisationCheckDigit(first8: string): string {
  const weights = [3, 7, 9, 10, 5, 8, 4, 2];
  const values = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const sum = weights.reduce((all, weight, i) => all + weight * values.indexOf(first8[i] ?? ''), 0);
  return '0123456789X0'[11 - (sum % 11)] ?? '0';
}

const brands =
  '徽江淮皖庐巢黄山瑞祥鑫达恒信天诚宏远博睿智联华盛永兴安泰新锐创科金源龙腾云海国丰德润嘉禾锦程卓越中盛通汇';
const trades = [
  '科技',
  '信息技术',
  '智能装备',
  '新能源科技',
  '商贸',
  '建筑工程',
  '建筑劳务',
  '物流',
  '餐饮管理',
  '医疗器械',
  '生物科技',
  '农业开发',
  '环保科技',
  '汽车零部件',
  '文化传媒',
  '教育咨询',
  '物业服务',
  '电子商务',
  '茶业',
  '食品',
  '机械制造',
  '财务咨询',
];
const shops = [
  '小吃店',
  '百货商行',
  '建材经营部',
  '五金店',
  '水果店',
  '服装店',
  '理发店',
  '茶叶店',
  '汽车维修部',
  '早餐店',
  '农资经营部',
  '烟酒店',
];

export function enterpriseName(dice: Dice, { city, province = '安徽' }: Locality): string {
  const brand = dice.pick(brands) + dice.pick(brands) + (dice.happens(0.3) ? dice.pick(brands) : '');
  const seat = dice.happens(0.4) ? province : dice.happens(0.5) ? city : `${city}市`;
  const form = dice.happens(0.04) ? '股份有限公司' : dice.happens(0.06) ? '合伙企业（有限合伙）' : '有限公司';
  return `${seat}${brand}${dice.pick(trades)}${form}`;
}

export function shopName(dice: Dice, { city, county }: Locality, owner: string): string {
  const sign = dice.happens(0.5) ? `老${[...owner][0] ?? '王'}` : dice.pick(brands) + dice.pick(brands);
  return `${city}市${county}${sign}${dice.pick(shops)}`;
}
