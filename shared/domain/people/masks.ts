/**
 * DOC-4: personal data as answers and logs may show them. A number keeps its length, so that people recognise their
 * own; at least half of every value is hidden.
 */
const mostStars = 6;

/** Keeps at most `head` and `tail` characters, and never more than half of the text. */
function keepEnds(text: string, head: number, tail: number): string {
  const characters = [...text];
  const visible = Math.min(head + tail, Math.floor(characters.length / 2));
  const kept = Math.min(head, Math.floor(visible / 2));
  const last = Math.min(tail, visible - kept);
  return (
    characters.slice(0, kept).join('') +
    '*'.repeat(characters.length - kept - last) +
    characters.slice(characters.length - last).join('')
  );
}

/** `340***********123X` */
export const maskDocument = (number: string): string => keepEnds(number, 3, 4);

/** `138****1234` */
export const maskPhone = (phone: string): string =>
  /^\d{11}$/.test(phone) ? `${phone.slice(0, 3)}****${phone.slice(7)}` : keepEnds(phone, 3, 4);

/** Surnames of two characters (复姓) that are still in use; shown whole, as people expect. */
const compoundSurnames = new Set(
  (
    '欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 司徒 夏侯 令狐 宇文 长孙 端木 百里 南宫 独孤 西门 轩辕 ' +
    '呼延 闻人 澹台 拓跋 司空 公羊 赫连 淳于 单于 太叔 申屠 公冶 钟离 鲜于 闾丘 濮阳 万俟 东郭 第五 纳兰'
  ).split(' '),
);

/**
 * `张*`, `欧阳**`, `J******`: the surname or the first letter, then one star for each further letter, six at most, so
 * that the length of a long foreign name does not show who it is.
 */
export function maskName(name: string): string {
  const letters = name.match(/[\p{L}\p{Script=Han}]/gu) ?? [];
  if (letters.length < 2) return '*';
  const surname = letters.slice(0, 2).join('');
  const shown = letters.length > 2 && compoundSurnames.has(surname) ? surname : (letters[0] ?? '');
  return shown + '*'.repeat(Math.min(mostStars, letters.length - [...shown].length));
}
