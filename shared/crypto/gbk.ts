import iconv from 'iconv-lite';

/**
 * A text in GBK (MIG-1); undefined where GBK has not all of its characters: the library would put `?` in their place, and
 * then other passwords would open what this one opens.
 */
export function gbkBytes(text: string): Buffer | undefined {
  const bytes = iconv.encode(text, 'gbk');
  return iconv.decode(bytes, 'gbk') === text ? bytes : undefined;
}
