import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from './tables.ts';

/** One change of a table as its stream delivers it: the row before and after. */
export interface Change<T extends object = Item> {
  readonly old?: T;
  readonly fresh?: T;
}
interface StreamRecord {
  readonly OldImage?: unknown;
  readonly NewImage?: unknown;
}

/** The caller knows which table the rows come from. */
export function imagesOf<T extends object = Item>({ OldImage, NewImage }: StreamRecord = {}): Change<T> {
  const read = (image: unknown) => unmarshall(image as Record<string, AttributeValue>) as T;
  return { ...(OldImage ? { old: read(OldImage) } : {}), ...(NewImage ? { fresh: read(NewImage) } : {}) };
}
