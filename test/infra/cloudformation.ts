import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';

/** AWS's own description of the CloudFormation resources, published by the CDK team. */
const spec = loadAwsServiceSpecSync();
type Type = ReturnType<typeof propertiesOf>[string]['type'];

function propertiesOf(type: string) {
  const [resource] = spec.lookup('resource', 'cloudFormationType', 'equals', type);
  if (!resource) throw new Error(`CloudFormation has no resource ${type}`);
  return resource.properties;
}

/** The result of an intrinsic function is known only at deployment. */
const isIntrinsic = (value: object): boolean => {
  const names = Object.keys(value);
  return names.length === 1 && /^(Ref$|Fn::|Condition$)/.test(names[0] ?? '');
};
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The faults that CloudFormation would find in a resource's properties: unknown ones, missing ones, values of a wrong
 * type.
 */
export function faultsOf(type: string, properties: Record<string, unknown>): string[] {
  return objectFaults(propertiesOf(type), properties, type);
}

function objectFaults(
  known: ReturnType<typeof propertiesOf>,
  value: Record<string, unknown>,
  at: string,
): string[] {
  const missing = Object.entries(known).filter(([name, { required }]) => required && !(name in value));
  return [
    ...missing.map(([name]) => `${at}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, inner]) => {
      const property = known[name];
      return property ? typeFaults(property.type, inner, `${at}.${name}`) : [`${at}.${name} is unknown`];
    }),
  ];
}

function typeFaults(type: Type, value: unknown, at: string): string[] {
  if (isObject(value) && isIntrinsic(value)) return [];
  const no = (is: boolean): string[] => (is ? [] : [`${at} is no ${type.type}`]);
  switch (type.type) {
    case 'string':
      return no(
        typeof value === 'string' && (!type.allowedValues?.length || type.allowedValues.includes(value)),
      );
    case 'date-time':
      return no(typeof value === 'string');
    case 'number':
    case 'integer':
      return no(typeof value === 'number' && (type.type === 'number' || Number.isInteger(value)));
    case 'boolean':
      return no(typeof value === 'boolean');
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((one, index) => typeFaults(type.element, one, `${at}[${index}]`))
        : no(false);
    case 'map':
      return isObject(value)
        ? Object.entries(value).flatMap(([name, one]) => typeFaults(type.element, one, `${at}.${name}`))
        : no(false);
    case 'ref':
      return isObject(value)
        ? objectFaults(spec.get('typeDefinition', type.reference.$ref).properties, value, at)
        : no(false);
    case 'union':
      return type.types.some((one) => typeFaults(one, value, at).length === 0)
        ? []
        : [`${at} is none of its types`];
    default:
      return [];
  }
}
