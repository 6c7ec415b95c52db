import { createSmsGateway } from '#gateways/sms/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { collectPerson } from './collect-person.ts';
import { confirmAtHall } from './confirm-company.ts';
import { hall } from './contract.ts';
import { orderAtHall } from './give-order.ts';
import { relateAtHall } from './relate-person.ts';
import { removeAtHall } from './remove-person.ts';

export const handler = serve(
  hall,
  {
    collect: collectPerson,
    relate: relateAtHall,
    remove: removeAtHall,
    order: orderAtHall,
    confirm: confirmAtHall,
  },
  { db: openTables(), sms: createSmsGateway },
);
