/** Dark on light in every theme: many scanners cannot read light on dark. */
export const qrColours = { color: '#000000', bgColor: '#ffffff' } as const;
