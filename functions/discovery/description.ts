import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

let document: Promise<Record<string, unknown>> | undefined;

/** The contracts as OpenAPI, generated when the function is bundled and stored beside the bundle. */
export function readDescription(): Promise<Record<string, unknown>> {
  document ??= readFile(join(process.env.LAMBDA_TASK_ROOT ?? '.', 'openapi.json'), 'utf8').then((text) =>
    JSON.parse(text),
  );
  return document;
}
