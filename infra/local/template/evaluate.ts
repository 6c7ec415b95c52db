import { arrayOf, isObject, type JsonObject, objectOf, stringOf } from '../http/json.ts';
import type { StackTemplate } from './assembly.ts';
import { arn, type Environment, kinds, refIsArn, uuid } from './resource-names.ts';

/** A resource with every intrinsic function resolved. */
export interface Resource {
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  readonly properties: JsonObject;
  /** The value of `Ref`. */
  readonly ref: string;
  /** The value of `Fn::GetAtt … Arn`. */
  readonly arn: string;
}

const absent = Symbol('AWS::NoValue');

/**
 * Resolves every resource of the stacks as CloudFormation would for this machine: names come from the template or are
 * made from stack and logical id; stacks share their exports.
 * @throws Error that names stack and function if a template uses something that this evaluator does not support
 */
export function evaluate(stacks: readonly StackTemplate[], fallback: Environment): Resource[] {
  const exports = new Map<string, () => unknown>();
  const scopes = stacks.map((stack) => new Scope(stack, fallback, exports));
  return scopes.flatMap((scope) => scope.resources());
}

class Scope {
  private readonly stack: StackTemplate;
  private readonly environment: Environment;
  private readonly exports: Map<string, () => unknown>;
  private readonly names = new Map<string, string>();

  constructor(stack: StackTemplate, fallback: Environment, exports: Map<string, () => unknown>) {
    this.stack = stack;
    this.exports = exports;
    const region = stack.region ?? fallback.region;
    const partition = region.startsWith('cn-') ? 'aws-cn' : 'aws';
    this.environment = { region, account: stack.account ?? fallback.account, partition };
    for (const output of Object.values(this.section('Outputs'))) {
      const name = objectOf(objectOf(output).Export).Name;
      if (name === undefined) continue;
      exports.set(String(this.value(name)), () => this.value(objectOf(output).Value));
    }
  }

  resources(): Resource[] {
    return Object.entries(this.section('Resources')).flatMap(([id, resource]) => {
      const { Type: type, Properties: properties, Condition: condition } = objectOf(resource);
      if (typeof condition === 'string' && !this.condition({ Condition: condition })) return [];
      return [
        {
          stack: this.stack.name,
          id,
          type: String(type),
          properties: objectOf(this.value(properties ?? {})),
          ref: String(this.ref(id)),
          arn: String(this.attribute(id, 'Arn')),
        },
      ];
    });
  }

  private section(name: string): JsonObject {
    return objectOf(this.stack.template[name]);
  }

  private value(node: unknown): unknown {
    if (Array.isArray(node)) return node.map((item) => this.value(item)).filter((item) => item !== absent);
    if (!isObject(node)) return node;
    const [first, ...more] = Object.keys(node);
    if (first !== undefined && more.length === 0 && (first === 'Ref' || first.startsWith('Fn::')))
      return this.intrinsic(first, node[first]);
    const entries = Object.entries(node).map(([key, item]) => [key, this.value(item)] as const);
    return Object.fromEntries(entries.filter(([, item]) => item !== absent));
  }

  private intrinsic(name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return this.ref(String(argument));
      case 'Fn::GetAtt': {
        const [id, ...path] =
          typeof argument === 'string' ? argument.split('.') : arrayOf(argument).map(String);
        return this.attribute(String(id), path.join('.'));
      }
      case 'Fn::Join': {
        const [separator, parts] = arrayOf(argument);
        return arrayOf(this.value(parts)).map(String).join(String(separator));
      }
      case 'Fn::Sub':
        return this.substitute(argument);
      case 'Fn::Select': {
        const [index, list] = arrayOf(argument);
        return arrayOf(this.value(list))[Number(this.value(index))];
      }
      case 'Fn::Split': {
        const [separator, text] = arrayOf(argument);
        return String(this.value(text)).split(String(separator));
      }
      case 'Fn::ImportValue': {
        const wanted = String(this.value(argument));
        const found = this.exports.get(wanted);
        if (!found) throw this.unknown(`the export ${wanted}`);
        return found();
      }
      case 'Fn::If': {
        const [condition, yes, no] = arrayOf(argument);
        return this.value(this.condition({ Condition: condition }) ? yes : no);
      }
      case 'Fn::FindInMap': {
        const [map, key, second] = arrayOf(argument).map((part) => String(this.value(part)));
        return objectOf(objectOf(this.section('Mappings')[String(map)])[String(key)])[String(second)];
      }
      case 'Fn::Base64':
        return Buffer.from(String(this.value(argument))).toString('base64');
      default:
        throw this.unknown(name);
    }
  }

  private substitute(argument: unknown): string {
    const [text, variables] = typeof argument === 'string' ? [argument, {}] : arrayOf(argument);
    return String(text).replace(/\$\{(!?)([^}]+)\}/g, (whole, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      const given = objectOf(variables)[name];
      if (given !== undefined) return String(this.value(given));
      const [id, ...path] = name.split('.');
      return String(path.length > 0 ? this.attribute(String(id), path.join('.')) : this.ref(name)) || whole;
    });
  }

  private condition(node: unknown): boolean {
    const [name, argument] = Object.entries(objectOf(node))[0] ?? [];
    const several = () => arrayOf(argument).map((item) => this.condition(item));
    switch (name) {
      case 'Condition':
        return this.condition(this.section('Conditions')[String(argument)]);
      case 'Fn::Equals': {
        const [a, b] = arrayOf(argument).map((item) => JSON.stringify(this.value(item)));
        return a === b;
      }
      case 'Fn::Not':
        return !several()[0];
      case 'Fn::And':
        return several().every(Boolean);
      case 'Fn::Or':
        return several().some(Boolean);
      default:
        throw this.unknown(`the condition ${name}`);
    }
  }

  private ref(id: string): unknown {
    const { region, account, partition } = this.environment;
    switch (id) {
      case 'AWS::Region':
        return region;
      case 'AWS::AccountId':
        return account;
      case 'AWS::Partition':
        return partition;
      case 'AWS::URLSuffix':
        return partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
      case 'AWS::StackName':
        return this.stack.name;
      case 'AWS::StackId':
        return arn(this.environment, 'cloudformation', `stack/${this.stack.name}/local`);
      case 'AWS::NoValue':
        return absent;
      case 'AWS::NotificationARNs':
        return [];
    }
    const parameter = this.section('Parameters')[id];
    if (parameter !== undefined) return objectOf(parameter).Default ?? '';
    const type = this.typeOf(id);
    return refIsArn.has(type) ? this.attribute(id, 'Arn') : this.nameOf(id, type);
  }

  private attribute(id: string, path: string): unknown {
    const type = this.typeOf(id);
    const name = this.nameOf(id, type);
    if (type === 'AWS::Lambda::Alias' || type === 'AWS::Lambda::Version') {
      const properties = objectOf(objectOf(this.section('Resources')[id]).Properties);
      const target = String(this.value(properties.FunctionName));
      const prefix = target.startsWith('arn:')
        ? target
        : arn(this.environment, 'lambda', `function:${target}`);
      return `${prefix}:${stringOf(properties.Name) ?? '1'}`;
    }
    if (path === 'Arn' || path === 'Id' || path === 'KeyId') {
      const kind = kinds[type];
      if (path !== 'Arn') return name;
      return kind ? kind.arn(this.environment, name) : arn(this.environment, 'local', `${type}/${name}`);
    }
    if (path === 'StreamArn') return `${String(this.attribute(id, 'Arn'))}/stream/local`;
    return arn(this.environment, 'local', `${type}/${name}.${path}`);
  }

  private typeOf(id: string): string {
    const type = stringOf(objectOf(this.section('Resources')[id]).Type);
    if (type === undefined) throw this.unknown(`Ref ${id}`);
    return type;
  }

  private nameOf(id: string, type: string): string {
    const known = this.names.get(id);
    if (known !== undefined) return known;
    const properties = objectOf(objectOf(this.section('Resources')[id]).Properties);
    const property = kinds[type]?.name;
    const given = property ? this.value(properties[property]) : undefined;
    const made = type === 'AWS::KMS::Key' ? uuid(`${this.stack.name}/${id}`) : `${this.stack.name}-${id}`;
    const name = typeof given === 'string' ? given : made;
    this.names.set(id, name);
    return name;
  }

  private unknown(what: string): Error {
    return new Error(
      `The template of stack ${this.stack.name} uses ${what}, which the local runtime does not know`,
    );
  }
}
