/** A cell that a spreadsheet takes as text, whatever it begins with. */
const cell = (text: string): string =>
  `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
export const csvOf = (rows: readonly (readonly string[])[]): string =>
  // The mark lets spreadsheets read it as UTF-8.
  `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
