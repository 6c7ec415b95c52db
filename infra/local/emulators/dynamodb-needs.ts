import { arrayOf, type JsonObject, objectOf, stringOf } from '../http/json.ts';
import type { Need } from './policy.ts';

export interface TableNeed extends Need {
  /** The table's name, for fault rules and messages. */
  readonly table: string;
}

/** Table name → ARN as the templates grant it; an unknown table gets an ARN too, which nobody may use. */
export type TableArn = (table: string) => string;

/**
 * What a DynamoDB call does to which table or index, as IAM sees it. A transaction needs the action of each of its
 * items, a batch its own action on each of its tables. PartiQL needs actions that we never grant.
 */
export function needsOf(operation: string, input: JsonObject, arnOf: TableArn): TableNeed[] {
  const need = (action: string, tableName: unknown, index?: unknown): TableNeed => {
    const given = String(tableName);
    const table = given.startsWith('arn:') ? (given.split('/')[1] ?? given) : given;
    const arn = arnOf(table);
    const resource = typeof index === 'string' ? `${arn}/index/${index}` : arn;
    return { action: `dynamodb:${action}`, resource, table };
  };
  switch (operation) {
    case 'TransactWriteItems':
      return arrayOf(input.TransactItems).flatMap((item) =>
        Object.entries(objectOf(item)).map(([kind, of]) =>
          need(transactionActions[kind] ?? kind, objectOf(of).TableName),
        ),
      );
    case 'TransactGetItems':
      return arrayOf(input.TransactItems).map((item) =>
        need('GetItem', objectOf(objectOf(item).Get).TableName),
      );
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.keys(objectOf(input.RequestItems)).map((table) => need(operation, table));
    case 'Query':
    case 'Scan':
      return [need(operation, input.TableName, input.IndexName)];
    default:
      return [need(operation, stringOf(input.TableName) ?? '*')];
  }
}

const transactionActions: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

const writes = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems', 'BatchWriteItem']);
export const isWrite = (operation: string): boolean => writes.has(operation);

const metered = new Set([...writes, 'GetItem', 'BatchGetItem', 'TransactGetItems', 'Query', 'Scan']);
/** Whether a call can report the capacity that it consumed. */
export const isMetered = (operation: string): boolean => metered.has(operation);
