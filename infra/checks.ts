import { type FlowDeclaration, routeKey } from '#contract/flow.ts';
import type { Settings } from '#contract/settings.ts';
import { type TableDeclaration, type TableOrIndex, tables } from '#contract/tables.ts';
import { splitTable } from './names.ts';

/** API Gateway gives up after 30 s; the function has to have answered before (ERR-02). */
const routedTimeoutSeconds = 28;

/** What types can't say about the contracts. Throws an Error that names the flow. */
export function checkFlows(flows: readonly FlowDeclaration[], settings: Settings): void {
  const names = new Set<string>();
  const routes = new Map<string, string>();
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
    }
    if (flow.routes && (flow.timeoutSeconds ?? 0) > routedTimeoutSeconds)
      no(`a function with routes must end within ${routedTimeoutSeconds} s, before API Gateway gives up.`);
    if (flow.trigger?.kind === 'rotation')
      for (const { secret } of flow.trigger.secrets)
        if (!flow.secrets?.includes(secret)) no(`rotates ${secret} without declaring it among its secrets.`);
    for (const gateway of flow.gateways ?? [])
      if (providerHasCredentials(settings[gateway].kind) && !flow.secrets?.includes('providers'))
        no(`talks to ${gateway} provider ${settings[gateway].kind} without the secret providers.`);
  }
}

const providerHasCredentials = (kind: string): boolean => kind === 'tencent' || kind === 'alibaba';
