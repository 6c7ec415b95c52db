import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject } from 'vitest';
import type { StageName } from '../../infra/config.ts';
import { prefix } from '../../infra/names.ts';
import type { StageOverrides } from '../../infra/stage.ts';
import { type Sources, synthesize } from '../../infra/synth.ts';

/** Synthesis bundles every function once per process, which takes long on a busy machine. */
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
  /** The templates as text, by the contents of the stack. */
  readonly templates: Readonly<Record<'data' | 'functions' | 'api' | 'alarms', string>> & {
    readonly release?: string;
  };
  /** The template of the portal's stack; stage local has none. `resources` does not include the stack's resources. */
  readonly portal: string | undefined;
  /** The templates of CloudFront's access log and of its alarm; only in partition aws. */
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

/** A stand-in for the built pages, because these tests look only at templates. */
export const portalFiles = join(import.meta.dirname, 'fixtures/pages');

const synthesized = new Map<string, Promise<Assembly>>();

/**
 * A stage's assembly, made once per run: the run itself makes the one of `local`, and the first file that asks makes
 * each of the others.
 */
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
    // The assembly is made in a folder of its own and then moved, because a test file that runs in parallel must not
    // read half of it.
    const aside = mkdtempSync(join(others, 'fresh-'));
    await synthesize({ stage, outdir: aside, portalFiles, rehearsal: true });
    try {
      renameSync(aside, kept);
    } catch (error) {
      // Another file was quicker, and its assembly is the same.
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

/** The folder of the assembly that contains a function's packaged asset. */
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
/** The statements of IAM policies and resource policies of one resource. */
export const statementsOf = (resource: Resource): Statement[] =>
  [...objectsIn(resource.Properties)]
    .filter((object) => 'Effect' in object && 'Action' in object)
    .map((object) => object as unknown as Statement);

export const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];

/** The ARN of a policy as one readable string; values that are known only at deployment are in angle brackets. */
export function readable(value: unknown): string {
  if (typeof value === 'string') return value;
  const [name, inner] = Object.entries(value as Record<string, unknown>)[0] ?? [];
  if (name === 'Fn::Join') return (inner as [string, unknown[]])[1].map(readable).join('');
  if (name === 'Fn::ImportValue') return `<${String(inner).split(':').at(-1)}>`;
  if (name === 'Fn::GetAtt') return `<${(inner as string[]).join('.')}>`;
  return `<${String(inner)}>`;
}
