import type { Loose, Reply } from '../../support/client.ts';
import type { Sample } from '../../support/people.ts';
import type { TestRuntime } from '../../support/runtime.ts';
import { asChannel } from './channels.ts';

export const secondOfficer = '3401002';
const approved = (order: string) =>
  order === 'suspend' || order === 'empty-phones' ? { approvedBy: secondOfficer } : {};

/** An order at the counter (ORD-1), with a second officer. */
export const orderAtHall = (
  runtime: TestRuntime,
  { documentType, documentNumber }: Pick<Sample, 'documentType' | 'documentNumber'>,
  order: string,
  more: object = {},
  claims: object = {},
): Promise<Reply<Loose>> =>
  asChannel(runtime, 'hall', claims)('POST', '/v1/hall/orders', {
    person: { documentType, documentNumber },
    order,
    reason: '本人报案账号被盗',
    ...approved(order),
    ...more,
  });

/** A feed line with an order. */
export const orderLine = (
  { documentType, documentNumber }: Pick<Sample, 'documentType' | 'documentNumber'>,
  order: string,
  version: number,
  more: object = {},
) => ({
  type: 'order',
  version,
  person: { documentType, documentNumber },
  order,
  reason: '公安机关来函',
  officer: '3401001',
  ...approved(order),
  ...more,
});
