import { createHash } from 'node:crypto';

/** A value that must not be found in clear, and a text in which the test looks for it. */
export interface Secret {
  readonly what: string;
  readonly value: string;
  /** A random handle of 128 bits or more: its hash reveals nothing. */
  readonly random?: true;
}
export interface Text {
  readonly where: string;
  readonly text: string;
}

/**
 * The base64 forms of a value inside a longer text. The value can begin at each of the three positions of a group of
 * three bytes.
 */
function base64Cores(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // Removes the characters at both ends that also depend on the neighbouring bytes.
    const core = encoded.slice(shift === 0 ? 0 : shift + 1).replace(/=+$/, '');
    const clean = (bytes.length + shift) % 3 === 0 ? core : core.slice(0, -1);
    return clean.length < 6 ? [] : [clean, clean.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** The forms in which a value could appear by mistake. A hash without a key does not hide a value. */
function formsOf({ value, random }: Secret): (string | RegExp)[] {
  // Six digits occur in many numbers, so they count only if no other digit stands beside them.
  if (/^\d{6}$/.test(value)) return [new RegExp(`(?<![\\d.])${value}(?!\\d)`)];
  const hashes = (random ? [] : ['md5', 'sha1', 'sha256', 'sha512']).flatMap((algorithm) => {
    const digest = createHash(algorithm).update(value).digest();
    return [
      digest.toString('hex'),
      digest.toString('base64').replace(/=+$/, ''),
      digest.toString('base64url'),
    ];
  });
  return [
    value,
    value.toLowerCase(),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    Buffer.from(value).toString('hex'),
    [...value].reverse().join(''),
    ...base64Cores(value),
    ...hashes,
  ];
}

/** A text and what its base64 parts decode to (segments of tokens, binary attributes), to a depth of two. */
function unpacked(text: string, depth = 2): string[] {
  if (depth === 0) return [text];
  const pieces = text.match(/[A-Za-z0-9+/_-]{12,}={0,2}/g) ?? [];
  return [
    text,
    ...pieces.flatMap((piece) => unpacked(Buffer.from(piece, 'base64').toString('utf8'), depth - 1)),
  ];
}

/** Every value that a text reveals, as `what in where`. */
export function leaks(texts: readonly Text[], secrets: readonly Secret[]): string[] {
  const wanted = secrets.map((secret) => ({ secret, forms: formsOf(secret) }));
  return texts.flatMap(({ where, text }) => {
    const layers = unpacked(text);
    return wanted
      .filter(({ forms }) =>
        layers.some((layer) =>
          forms.some((form) => (typeof form === 'string' ? layer.includes(form) : form.test(layer))),
        ),
      )
      .map(({ secret }) => `${secret.what} in ${where}`);
  });
}
