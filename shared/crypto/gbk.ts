import iconv from 'iconv-lite';

/**
 * A text in GBK (MIG-1). Undefined if GBK lacks one of the characters: the library would write `?` instead, and then a
 * different password would produce the same bytes.
 */
export function gbkBytes(text: string): Buffer | undefined {
  const bytes = iconv.encode(text, 'gbk');
  return iconv.decode(bytes, 'gbk') === text ? bytes : undefined;
}
