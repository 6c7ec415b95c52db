import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { collectPerson } from './collect.ts';
import { confirmAtHall } from './confirm.ts';
import { hall } from './contract.ts';
import { orderAtHall } from './order.ts';
import { relate } from './relate.ts';
import { remove } from './remove.ts';

export const handler = serve(
  hall,
  { collect: collectPerson, relate, remove, order: orderAtHall, confirm: confirmAtHall },
  { db: openTables(), sms: createSmsGateway },
);
