import { type CarriedFile, type FlowDeclaration, routeKey } from '#contract/flow.ts';
import type { Settings } from '#contract/settings.ts';
import { type TableDeclaration, type TableName, type TableOrIndex, tables } from '#contract/tables.ts';
import { splitTable } from './names.ts';

/** API Gateway gives up after 30 s; the function must have answered before (ERR-02). */
const routedTimeoutSeconds = 28;
/** infra/constructs/flow-function.ts */
const usualTimeoutSeconds = 10;

/** Checks of the contracts that types cannot express. Throws an Error that names the flow. */
export function checkFlows(flows: readonly FlowDeclaration[], settings: Settings): void {
  const names = new Set<string>();
  const routes = new Map<string, string>();
  const queues = new Map<string, string>();
  for (const flow of flows) {
    const no = (sentence: string): never => {
      throw new Error(`Flow ${flow.name}: ${sentence}`);
    };
    if (!/^[a-z]+(-[a-z]+)*$/.test(flow.name)) no('the name must be kebab-case.');
    if (flow.summary.length > 256)
      no('the summary is longer than the 256 characters of a function’s description.');
    if (names.has(flow.name)) no('the name is taken.');
    names.add(flow.name);
    for (const [tableOrIndex, actions] of Object.entries(flow.tables ?? {})) {
      const [table, index] = splitTable(tableOrIndex as TableOrIndex);
      const declared: TableDeclaration | undefined = tables[table];
      if (!declared) no(`there is no table ${table}.`);
      if (index && !declared.indexes?.[index]) no(`table ${table} has no index ${index}.`);
      if (index && actions?.some((action) => action !== 'Query'))
        no(`${tableOrIndex}: an index can only be queried.`);
    }
    for (const route of Object.values(flow.routes ?? {})) {
      const key = routeKey(route);
      if (routes.has(key)) no(`route ${key} belongs to ${routes.get(key)} already.`);
      routes.set(key, flow.name);
      if (route.path.startsWith('/local')) no(`route ${key}: /local is this machine's only.`);
      if (route.body && route.form) no(`route ${key}: it takes either JSON or a form.`);
      const needs: CarriedFile | undefined = /^client/.test(route.access)
        ? 'relying-parties.json'
        : undefined;
      if (needs && !flow.carries?.includes(needs)) no(`route ${key}: its callers are known by ${needs}.`);
      if (route.access === 'client' && !route.form) no(`route ${key}: a client's assertion comes in a form.`);
    }
    if (flow.routes && (flow.timeoutSeconds ?? 0) > routedTimeoutSeconds)
      no(`a function with routes must end within ${routedTimeoutSeconds} s, before API Gateway gives up.`);
    if (flow.trigger?.kind === 'stream')
      for (const table of Object.keys(flow.trigger.tables) as TableName[]) {
        const declared: TableDeclaration | undefined = tables[table];
        if (!declared?.streams) no(`table ${table} has no stream (streams in shared/contract/tables.ts).`);
      }
    if (flow.trigger?.kind === 'queue') {
      const { queue, retrySeconds } = flow.trigger;
      if (!/^[a-z]+(-[a-z]+)*$/.test(queue)) no('the name of its queue must be kebab-case.');
      if (queues.has(queue)) no(`queue ${queue} belongs to ${queues.get(queue)} already.`);
      queues.set(queue, flow.name);
      if (retrySeconds < 6 * (flow.timeoutSeconds ?? usualTimeoutSeconds))
        no('retrySeconds must be six times its timeout at least: a slow try would be handed out twice.');
    }
    if (flow.trigger?.kind === 'rotation')
      for (const { secret } of flow.trigger.secrets)
        if (!flow.secrets?.includes(secret)) no(`rotates ${secret} without declaring it among its secrets.`);
    for (const gateway of flow.gateways ?? [])
      if (providerHasCredentials(settings[gateway].kind) && !flow.secrets?.includes('providers'))
        no(`talks to ${gateway} provider ${settings[gateway].kind} without the secret providers.`);
  }
  for (const { name, sends = [] } of flows)
    for (const queue of sends)
      if (!queues.has(queue)) throw new Error(`Flow ${name}: nobody takes what it sends to ${queue}.`);
}

const providerHasCredentials = (kind: string): boolean => kind === 'tencent' || kind === 'alibaba';
