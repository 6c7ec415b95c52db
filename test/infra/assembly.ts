import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject } from 'vitest';
import type { StageName } from '../../infra/config.ts';
import { prefix } from '../../infra/names.ts';
import type { StageOverrides } from '../../infra/stage.ts';
import { type Sources, synthesize } from '../../infra/synth.ts';

/** Synthesis bundles every function once per process; on a busy machine that takes a while. */
export const synthTimeout = 60_000;

export interface Resource {
  readonly id: string;
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: string[];
}
export interface Assembly {
  readonly directory: string;
  /** The templates' text by what the stack holds. */
  readonly templates: Readonly<Record<'data' | 'functions' | 'api' | 'alarms', string>> & {
    readonly release?: string;
  };
  /** The portal stack's; stage local has none. Its resources are not among `resources`. */
  readonly portal: string | undefined;
  /** CloudFront's access log and its alarm; in partition aws only. */
  readonly portalLogs: string | undefined;
  readonly portalAlarms: string | undefined;
  readonly resources: readonly Resource[];
  readonly of: (type: string) => Resource[];
}

const folders: string[] = [];
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ahtax-test-'));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  synthesized.clear();
});

/** Stands for the built pages: these tests look at templates, not at pages. */
export const portalFiles = join(import.meta.dirname, 'fixtures/pages');

const synthesized = new Map<string, Promise<Assembly>>();

/** A stage's assembly, made once per run: that of `local` by the run itself, the others by the first file that asks. */
export function assembly(stage: StageName): Promise<Assembly> {
  const known =
    synthesized.get(stage) ??
    (stage === 'local' ? Promise.resolve(readStage(stage, inject('stageDir'))) : keptStage(stage));
  synthesized.set(stage, known);
  return known;
}

async function keptStage(stage: StageName): Promise<Assembly> {
  const others = inject('stagesDir');
  const kept = join(others, stage);
  if (!existsSync(kept)) {
    mkdirSync(others, { recursive: true });
    // Made aside and moved into place: a file that runs beside this one must not read half of it.
    const aside = mkdtempSync(join(others, 'fresh-'));
    await synthesize({ stage, outdir: aside, portalFiles, rehearsal: true });
    try {
      renameSync(aside, kept);
    } catch (error) {
      // The other file was quicker; its assembly is the same.
      if (!existsSync(join(kept, 'manifest.json'))) throw error;
    }
  }
  return readStage(stage, kept);
}

export async function synthesizeStage(
  stage: StageName,
  options: StageOverrides & Sources = {},
): Promise<Assembly> {
  return readStage(
    stage,
    await synthesize({ stage, outdir: temporaryFolder(), portalFiles, rehearsal: true, ...options }),
  );
}

function readStage(stage: StageName, directory: string): Assembly {
  const start = prefix({ name: stage });
  const read = (stack: string) => readFileSync(join(directory, `${start}-${stack}.template.json`), 'utf8');
  const readIfThere = (stack: string) =>
    existsSync(join(directory, `${start}-${stack}.template.json`)) ? read(stack) : undefined;
  const release = readIfThere('release');
  const templates = {
    data: read('data'),
    ...(release ? { release } : {}),
    functions: read('functions'),
    api: read('api'),
    alarms: read('alarms'),
  };
  const portal = readIfThere('portal');
  const portalLogs = readIfThere('portal-logs');
  const portalAlarms = readIfThere('portal-alarms');
  const resources = Object.values(templates).flatMap((text) => resourcesOf(text));
  return {
    directory,
    templates,
    portal,
    portalLogs,
    portalAlarms,
    resources,
    of: (type) => resources.filter(({ Type }) => Type === type),
  };
}

export function resourcesOf(template: string): Resource[] {
  const parsed: { Resources: Record<string, Omit<Resource, 'id'>> } = JSON.parse(template);
  return Object.entries(parsed.Resources).map(([id, resource]) => ({ id, ...resource }));
}

/** The folder in the assembly that holds a function's packaged asset. */
export function assetFolder({ directory }: Assembly, lambda: Resource | undefined): string {
  if (!lambda) throw new Error('No such function');
  const { S3Key } = lambda.Properties.Code as { S3Key: string };
  return join(directory, `asset.${S3Key.replace('.zip', '')}`);
}

/** Every object inside a value, at any depth. */
export function* objectsIn(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const inner of Object.values(value)) yield* objectsIn(inner);
}

export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}
/** IAM and resource policy statements of one resource. */
export const statementsOf = (resource: Resource): Statement[] =>
  [...objectsIn(resource.Properties)]
    .filter((object) => 'Effect' in object && 'Action' in object)
    .map((object) => object as unknown as Statement);

export const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];

/** A policy's ARN as one readable string: what only the deployment knows stands in angle brackets. */
export function readable(value: unknown): string {
  if (typeof value === 'string') return value;
  const [name, inner] = Object.entries(value as Record<string, unknown>)[0] ?? [];
  if (name === 'Fn::Join') return (inner as [string, unknown[]])[1].map(readable).join('');
  if (name === 'Fn::ImportValue') return `<${String(inner).split(':').at(-1)}>`;
  if (name === 'Fn::GetAtt') return `<${(inner as string[]).join('.')}>`;
  return `<${String(inner)}>`;
}
