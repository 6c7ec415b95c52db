import * as v from 'valibot';

/** Parses the JSON of a secret. @throws Error if the text is not JSON; the message says nothing about its content. */
export function parseSecret(secret: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Error(`The secret ${secret} is not JSON`);
  }
}

/**
 * Reads a secret that has the form of a schema.
 * @param holds what the secret holds, for the message
 * @throws Error if the secret is a placeholder or broken; the message says nothing about its content
 */
export function readSecret<const Schema extends v.GenericSchema>(
  { secret, holds }: { readonly secret: string; readonly holds: string },
  schema: Schema,
  json: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, parseSecret(secret, json));
  if (!result.success) throw new Error(`The secret ${secret} holds no ${holds}`);
  return result.output;
}
