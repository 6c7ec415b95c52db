import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type AppProps, PermissionsBoundary } from 'aws-cdk-lib/core';
import type { FlowDeclaration } from '#contract/flow.ts';
import cdkJson from '../cdk.json' with { type: 'json' };
import { bundleFunctions, keepForReading } from './bundle.ts';
import { checkFlows } from './checks.ts';
import { boundaryName } from './deploy/policies.ts';
import { prefix } from './names.ts';
import { shiftsTraffic } from './release.ts';
import { AlarmStack } from './stacks/alarm-stack.ts';
import { ApiStack } from './stacks/api-stack.ts';
import { DataStack } from './stacks/data-stack.ts';
import { FunctionStack } from './stacks/function-stack.ts';
import { cloudFrontMetricRegion, PortalAlarmStack } from './stacks/portal-alarm-stack.ts';
import { cloudFrontLogRegion, PortalLogStack } from './stacks/portal-log-stack.ts';
import { PortalStack } from './stacks/portal-stack.ts';
import { ReleaseStack } from './stacks/release-stack.ts';
import { resolveStage, type Stage, type StageOverrides } from './stage.ts';
import { warningsOf } from './warnings.ts';

export interface Sources {
  /** All flows of the system unless a test gives its own. */
  readonly flows?: readonly FlowDeclaration[];
  readonly functionsDirectory?: string;
  /** The built pages of the portal; built now unless a test gives others. */
  readonly portalFiles?: string;
}

export interface SynthesisOptions extends StageOverrides, Sources {
  readonly stage: string;
  readonly outdir: string;
}

/** The names of a stage's stacks, by what they hold. */
export const stackNames = (stage: Stage) => ({
  data: `${prefix(stage)}-data`,
  release: `${prefix(stage)}-release`,
  functions: `${prefix(stage)}-functions`,
  api: `${prefix(stage)}-api`,
  alarms: `${prefix(stage)}-alarms`,
  portal: `${prefix(stage)}-portal`,
  portalLogs: `${prefix(stage)}-portal-logs`,
  portalAlarms: `${prefix(stage)}-portal-alarms`,
});

/**
 * Where we differ from the recommended flags of cdk.json. Weak references need Fn::GetStackOutput, which not every
 * region supports; and the references between stacks are secrets and keys, whose removal while in use should be
 * refused.
 */
const ownFlags = { '@aws-cdk/core:defaultCrossStackReferences': 'strong' };

/** Builds the app of one stage. Bundles the functions first; nothing is written to the assembly before `synth()`. */
export async function buildApp(stage: Stage, props: AppProps, sources: Sources = {}): Promise<App> {
  const flows = sources.flows ?? (await import('#flows/contracts.ts')).flows;
  checkFlows(flows, stage.settings);
  const app = new App({ analyticsReporting: false, autoSynth: false, ...props, postCliContext: ownFlags });
  const assets = mkdtempSync(join(tmpdir(), 'ahtax-bundles-'));
  try {
    const bundled = await bundleFunctions({
      flows,
      functionsDirectory: sources.functionsDirectory ?? join(import.meta.dirname, '../functions'),
      architecture: stage.architecture,
      forHost: stage.name === 'local',
      relyingPartiesJson: stage.relyingPartiesJson,
      outdir: assets,
    });
    addStacks(app, stage, flows, assets, stage.portal && (await portalFiles(sources)));
    keepForReading(bundled, join(app.outdir, 'bundles'));
    // The functions are CommonJS, as they are on Lambda, where no package.json lies above them.
    writeFileSync(join(app.outdir, 'package.json'), '{"type":"commonjs"}\n');
    return app;
  } finally {
    // Assets are copied into the assembly when their constructs are made.
    rmSync(assets, { recursive: true, force: true });
  }
}

/** Built only if there is a portal to deploy: the local runtime builds its own. */
async function portalFiles({ portalFiles: given }: Sources): Promise<string> {
  if (given) return given;
  const { buildPortal } = await import('./portal/build.ts');
  return buildPortal({ mode: 'production', progress: (line) => process.stderr.write(`${line} …\n`) });
}

/** CloudFormation shows this text with each stack; it may have 1,024 bytes. */
function described(stage: Stage): { description?: string } {
  const warnings = warningsOf(stage);
  return warnings.length > 0 ? { description: warnings.join(' ') } : {};
}

function addStacks(
  app: App,
  stage: Stage,
  flows: readonly FlowDeclaration[],
  assets: string,
  files: string | undefined,
): void {
  const names = stackNames(stage);
  const common = {
    stage,
    env: { region: stage.region, ...(stage.account ? { account: stage.account } : {}) },
    tags: { system: 'ahtax', stage: stage.name },
    // Protected from the second step of the first deployment on (docs/operations.md).
    terminationProtection: stage.name === 'prod' && !stage.first,
    ...(shiftsTraffic(stage)
      ? { ...described(stage), permissionsBoundary: PermissionsBoundary.fromName(boundaryName(stage.name)) }
      : {}),
  };
  const data = new DataStack(app, names.data, { ...common, flows });
  const functions = new FunctionStack(app, names.functions, {
    ...common,
    flows,
    assets,
    shared: data.shared,
    tablesKey: data.tablesKey,
  });
  // The functions use tables by name, which CloudFormation does not recognise as a dependency.
  functions.addStackDependency(data);
  if (shiftsTraffic(stage))
    functions.addStackDependency(new ReleaseStack(app, names.release, { ...common, flows }));
  const apiStack = new ApiStack(app, names.api, { ...common, flows });
  // The API uses functions by name, too.
  apiStack.addStackDependency(functions);
  new AlarmStack(app, names.alarms, {
    ...common,
    api: apiStack.api,
    flows,
    deadLetters: functions.deadLetters,
    canarySecretArn: data.canarySecretArn,
  });
  const { portal, domain } = stage;
  const apiHost = apiStack.api.regionalHost;
  if (!portal || !domain || !apiHost || !files) return;
  const front = new PortalStack(app, names.portal, {
    ...common,
    portal,
    domain: domain.name,
    apiHost,
    files,
  });
  // The secret is used by name, as tables are.
  front.addStackDependency(data);
  if (stage.partition !== 'aws') return;
  const inRegion = (region: string) => ({ ...common, env: { ...common.env, region }, portal: front });
  new PortalLogStack(app, names.portalLogs, inRegion(cloudFrontLogRegion)).addStackDependency(front);
  new PortalAlarmStack(app, names.portalAlarms, inRegion(cloudFrontMetricRegion)).addStackDependency(front);
}

/**
 * Without the CLI the flags are read from cdk.json directly; CloudFormation's own template checks are left to the CLI.
 */
export const inProcess = (outdir: string): AppProps => ({
  outdir,
  context: cdkJson.context,
  treeMetadata: false,
  builtinCloudFormationValidation: false,
});

/**
 * Synthesizes one stage in this process and returns the assembly's directory. Used by the local runtime and by tests;
 * `cdk synth` goes through `app.ts`, which calls the same builder.
 */
export async function synthesize(options: SynthesisOptions): Promise<string> {
  const { stage: name, outdir, flows, functionsDirectory, portalFiles: files, ...overrides } = options;
  const stage = resolveStage(name, overrides);
  const app = await buildApp(stage, inProcess(outdir), {
    ...(flows ? { flows } : {}),
    ...(functionsDirectory ? { functionsDirectory } : {}),
    ...(files ? { portalFiles: files } : {}),
  });
  return app.synth().directory;
}
