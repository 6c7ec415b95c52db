/** Dark on light in every theme: many scanners read no code of the other kind. */
export const readable = { color: '#000000', bgColor: '#ffffff' } as const;
