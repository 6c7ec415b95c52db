import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { collectPerson } from './collect-person.ts';
import { confirmAtHall } from './confirm-company.ts';
import { hall } from './contract.ts';
import { orderAtHall } from './give-order.ts';
import { relate } from './relate-person.ts';
import { remove } from './remove-person.ts';

export const handler = serve(
  hall,
  { collect: collectPerson, relate, remove, order: orderAtHall, confirm: confirmAtHall },
  { db: openTables(), sms: createSmsGateway },
);
