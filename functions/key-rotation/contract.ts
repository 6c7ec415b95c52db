import { flow } from '#contract/flow.ts';

export const keyRotation = flow({
  name: 'key-rotation',
  summary: 'Fills and rotates the signing keys and the wrapped data keys (TOK-03).',
  secrets: ['signing', 'sealing'],
  timeoutSeconds: 30,
  trigger: {
    kind: 'rotation',
    secrets: [
      { secret: 'signing', everyDays: 30 },
      { secret: 'sealing', everyDays: 30 },
    ],
  },
});
