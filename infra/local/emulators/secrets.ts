import { randomInt, randomUUID } from 'node:crypto';
import type { StateFile } from '../control/state-file.ts';
import { type JsonObject, objectOf, parseJson, stringOf } from '../http/json.ts';
import type { SecretModel } from '../template/model.ts';

interface Version {
  value?: string;
  stages: string[];
  /** Epoch seconds. */
  created: number;
}
interface Secret {
  versions: Record<string, Version>;
}
export interface SecretsState {
  secrets: Record<string, Secret>;
}

/** An error with the name that Secrets Manager uses. */
export class SecretsError extends Error {
  constructor(type: string, message: string) {
    super(message);
    this.name = type;
  }
}

/** Starts a function with an event and waits for it. Throws what the function throws. */
export type Invoke = (functionName: string, event: unknown) => Promise<unknown>;

/** Secrets Manager on this machine: version stages AWSCURRENT, AWSPENDING and AWSPREVIOUS, and rotation by function. */
export class Secrets {
  private readonly file: StateFile<SecretsState>;
  private readonly models: readonly SecretModel[];
  private readonly now: () => number;

  constructor(file: StateFile<SecretsState>, models: readonly SecretModel[], now: () => number) {
    this.file = file;
    this.models = models;
    this.now = now;
  }

  /** Creates the secrets that do not exist yet, as CloudFormation does; returns those that must be rotated at once. */
  create(): SecretModel[] {
    const fresh = this.models.filter((model) => !this.file.state.secrets[model.name]);
    for (const model of fresh) {
      const value = model.secretString ?? (model.generate ? generated(model.generate) : undefined);
      const versions: Record<string, Version> = {};
      if (value !== undefined)
        versions[randomUUID()] = { value, stages: ['AWSCURRENT'], created: this.now() / 1000 };
      this.file.state.secrets[model.name] = { versions };
    }
    // Saved only after their first rotation: a start that dies before it begins again from nothing.
    return fresh.filter((model) => model.rotation?.immediately);
  }

  save(): void {
    this.file.save();
  }

  /** The four steps of a rotation. Throws what the rotation function throws. */
  async rotate(model: SecretModel, invoke: Invoke): Promise<void> {
    if (!model.rotation) throw new Error(`The secret ${model.name} has no rotation`);
    const { versions } = this.secret(model);
    const token = randomUUID();
    for (const version of Object.values(versions)) drop(version, 'AWSPENDING');
    versions[token] = { stages: ['AWSPENDING'], created: this.now() / 1000 };
    for (const Step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'])
      await invoke(model.rotation.functionName, {
        Step,
        SecretId: model.arn,
        ClientRequestToken: token,
        RotationToken: token,
      });
    if (!versions[token]?.stages.includes('AWSCURRENT'))
      throw new Error(`The rotation of ${model.name} ended without a new current version`);
    this.tidy(versions);
    this.save();
  }

  /** By name, ARN, or ARN without its six random characters. */
  find(id: unknown): SecretModel {
    const found = this.models.find(
      ({ name, arn }) => id === name || id === arn || id === arn.replace(/-[^-]{6}$/, ''),
    );
    if (!found) throw notFound("Secrets Manager can't find the specified secret.");
    return found;
  }

  getValue(model: SecretModel, input: JsonObject): JsonObject {
    const { versions } = this.secret(model);
    const id = stringOf(input.VersionId);
    const stage = stringOf(input.VersionStage) ?? (id === undefined ? 'AWSCURRENT' : undefined);
    const entry = Object.entries(versions).find(
      ([version, { stages }]) =>
        (id === undefined || id === version) && (stage === undefined || stages.includes(stage)),
    );
    const value = entry?.[1].value;
    if (!entry || value === undefined)
      throw notFound(
        `Secrets Manager can't find the specified secret value for ${id ?? `staging label: ${stage}`}`,
      );
    const [VersionId, { stages, created }] = entry;
    return {
      ARN: model.arn,
      Name: model.name,
      VersionId,
      SecretString: value,
      VersionStages: stages,
      CreatedDate: created,
    };
  }

  putValue(model: SecretModel, input: JsonObject): JsonObject {
    const { versions } = this.secret(model);
    const id = stringOf(input.ClientRequestToken) ?? randomUUID();
    const value = stringOf(input.SecretString);
    if (value === undefined) throw new SecretsError('InvalidParameterException', 'SecretString is needed');
    const existing = versions[id];
    if (existing?.value !== undefined && existing.value !== value)
      throw new SecretsError('ResourceExistsException', 'The version exists with another value.');
    const stages = Array.isArray(input.VersionStages) ? input.VersionStages.map(String) : ['AWSCURRENT'];
    versions[id] = { value, stages: existing?.stages ?? [], created: this.now() / 1000 };
    for (const stage of stages) this.move(versions, stage, id);
    this.tidy(versions);
    this.save();
    return { ARN: model.arn, Name: model.name, VersionId: id, VersionStages: versions[id].stages };
  }

  describe(model: SecretModel): JsonObject {
    const { versions } = this.secret(model);
    return {
      ARN: model.arn,
      Name: model.name,
      RotationEnabled: model.rotation !== undefined,
      VersionIdsToStages: Object.fromEntries(
        Object.entries(versions).map(([id, { stages }]) => [id, stages]),
      ),
    };
  }

  updateStage(model: SecretModel, input: JsonObject): JsonObject {
    const { versions } = this.secret(model);
    const stage = String(input.VersionStage);
    const to = stringOf(input.MoveToVersionId);
    const from = stringOf(input.RemoveFromVersionId);
    const holder = Object.keys(versions).find((id) => versions[id]?.stages.includes(stage));
    if (holder !== undefined && holder !== to && holder !== from)
      throw new SecretsError(
        'InvalidParameterException',
        `The parameter RemoveFromVersionId must be the version that has ${stage}.`,
      );
    if (to === undefined) {
      if (holder !== undefined && versions[holder]) drop(versions[holder], stage);
    } else if (versions[to]) this.move(versions, stage, to);
    else throw notFound("Secrets Manager can't find the specified version.");
    this.tidy(versions);
    this.save();
    return { ARN: model.arn, Name: model.name };
  }

  private secret(model: SecretModel): Secret {
    const secret = this.file.state.secrets[model.name];
    if (!secret) throw notFound("Secrets Manager can't find the specified secret.");
    return secret;
  }

  private move(versions: Record<string, Version>, stage: string, to: string): void {
    const from = Object.keys(versions).find((id) => versions[id]?.stages.includes(stage));
    if (from === to) return;
    if (stage === 'AWSCURRENT' && from !== undefined) this.move(versions, 'AWSPREVIOUS', from);
    if (from !== undefined && versions[from]) drop(versions[from], stage);
    versions[to]?.stages.push(stage);
  }

  /** Versions without a stage are deprecated and removed. */
  private tidy(versions: Record<string, Version>): void {
    for (const [id, { stages }] of Object.entries(versions)) if (stages.length === 0) delete versions[id];
  }
}

const drop = (version: Version, stage: string): void => {
  version.stages = version.stages.filter((other) => other !== stage);
};
const notFound = (message: string): SecretsError => new SecretsError('ResourceNotFoundException', message);

const alphabets = {
  ExcludeLowercase: 'abcdefghijklmnopqrstuvwxyz',
  ExcludeUppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ExcludeNumbers: '0123456789',
  ExcludePunctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
};

/** The output of GenerateSecretString: a random text, alone or as one member of a JSON template. */
export function generated(options: JsonObject): string {
  const excluded = stringOf(options.ExcludeCharacters) ?? '';
  const classes = Object.entries(alphabets)
    .filter(([option]) => options[option] !== true)
    .map(([, letters]) => [...letters].filter((letter) => !excluded.includes(letter)).join(''));
  const letters = classes.join('') + (options.IncludeSpace === true ? ' ' : '');
  const length = Number(options.PasswordLength ?? 32);
  let text: string;
  do {
    text = Array.from({ length }, () => letters.charAt(randomInt(letters.length))).join('');
  } while (
    options.RequireEachIncludedType !== false &&
    length >= classes.length &&
    !classes.every((one) => one === '' || [...one].some((letter) => text.includes(letter)))
  );
  const key = stringOf(options.GenerateStringKey);
  if (key === undefined) return text;
  return JSON.stringify({
    ...objectOf(parseJson(stringOf(options.SecretStringTemplate) ?? '{}')),
    [key]: text,
  });
}
