import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { arrayOf, isObject, type JsonObject, objectOf, stringOf } from '../http/json.ts';

/** One stack of a cloud assembly, as synthesized. */
export interface StackTemplate {
  readonly name: string;
  readonly template: JsonObject;
  /** As the manifest says; undefined where the stack is environment-agnostic. */
  readonly region: string | undefined;
  readonly account: string | undefined;
}

export interface Assembly {
  readonly stacks: readonly StackTemplate[];
  /** S3 object key → directory (or file) of the asset. */
  readonly assets: ReadonlyMap<string, string>;
}

const readJson = (file: string): JsonObject => objectOf(JSON.parse(readFileSync(file, 'utf8')));

/** Reads manifest, templates and asset lists of a cloud assembly, nested assemblies (stages) included. */
export function readAssembly(directory: string): Assembly {
  const stacks: StackTemplate[] = [];
  const assets = new Map<string, string>();
  collect(directory, stacks, assets);
  if (stacks.length === 0) throw new Error(`No stack in the cloud assembly ${directory}`);
  return { stacks, assets };
}

function collect(directory: string, stacks: StackTemplate[], assets: Map<string, string>): void {
  const manifest = readJson(join(directory, 'manifest.json'));
  for (const [id, artifact] of Object.entries(objectOf(manifest.artifacts))) {
    if (!isObject(artifact)) continue;
    const properties = objectOf(artifact.properties);
    switch (artifact.type) {
      case 'cdk:cloud-assembly': {
        const nested = stringOf(properties.directoryName);
        if (nested) collect(join(directory, nested), stacks, assets);
        break;
      }
      case 'cdk:asset-manifest': {
        const file = stringOf(properties.file);
        if (file) collectAssets(directory, join(directory, file), assets);
        break;
      }
      case 'aws:cloudformation:stack': {
        const file = stringOf(properties.templateFile);
        if (!file) break;
        const [, account, region] =
          /^aws:\/\/([^/]+)\/(.+)$/.exec(stringOf(artifact.environment) ?? '') ?? [];
        stacks.push({
          name: stringOf(properties.stackName) ?? id,
          template: readJson(join(directory, file)),
          region: region === 'unknown-region' ? undefined : region,
          account: account === 'unknown-account' ? undefined : account,
        });
        break;
      }
    }
  }
}

function collectAssets(directory: string, file: string, assets: Map<string, string>): void {
  if (!existsSync(file)) return;
  for (const asset of Object.values(objectOf(readJson(file).files))) {
    const path = stringOf(objectOf(objectOf(asset).source).path);
    if (path === undefined) continue;
    for (const destination of arrayOf(Object.values(objectOf(objectOf(asset).destinations)))) {
      const key = stringOf(objectOf(destination).objectKey);
      if (key) assets.set(key, join(directory, path));
    }
  }
}
