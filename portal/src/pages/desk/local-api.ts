import type { InferOutput } from 'valibot';
import type { person } from '#contract/schemas.ts';
import type { Channel, Entry, Role } from '#domain/names.ts';
import { ApiProblem, problemOf } from '../../api/problem.ts';

/** The local runtime's own routes (`/local`): they are not part of the API, so no contract describes them. */

export type Person = InferOutput<typeof person>;

/** A person whom this machine creates at its start, and how the person logs in. */
export interface DemoPerson extends Person {
  readonly key: string;
  readonly phone: string;
  /** `none`: not registered yet. */
  readonly account: 'online' | 'hall' | 'migrated' | 'none';
  readonly username?: string;
  readonly password?: string;
  readonly zh: string;
  readonly en: string;
  readonly logins: readonly {
    readonly entry: Entry;
    readonly taxpayerId?: string;
    readonly taxpayerName?: string;
    /** Numbers to choose from after a login at `cross-region` (SPC-2). */
    readonly reports?: readonly string[];
  }[];
}
export interface DemoCompany {
  readonly taxpayerId: string;
  readonly name: string;
  /** The company's password for the old login (LEG-1), if the company has one. */
  readonly companyPassword?: string;
}
export interface Demo {
  readonly people: readonly DemoPerson[];
  readonly companies: readonly DemoCompany[];
  /** The steps of loading that failed, in words. */
  readonly problems: readonly string[];
}

export interface Sms {
  readonly phone: string;
  readonly purpose: string;
  readonly code?: string;
  readonly text: string;
  readonly at: string;
}
export interface ClockFace {
  readonly now: string;
  /** The clock does not move until somebody moves it. */
  readonly fixed: boolean;
}
export type ClockMove =
  | { readonly now: string }
  | { readonly advanceSeconds: number }
  | Record<string, never>;

export const faceOutcomes = ['pass', 'fail', 'mismatch'] as const;
export type FaceOutcome = (typeof faceOutcomes)[number];

export interface FeedLineNote {
  readonly line: number;
  readonly code: string;
  readonly message: string;
}
export interface FeedReport {
  readonly accepted: number;
  readonly stale: number;
  readonly rejected: readonly FeedLineNote[];
  readonly warnings: readonly FeedLineNote[];
}

/** What a channel states about itself and its person in an assertion (CHN-1). */
export interface AssertionClaims {
  readonly person?: Pick<Person, 'documentType' | 'documentNumber'>;
  readonly identity?: { readonly taxpayerId: string; readonly role: Role };
  readonly officer?: string;
  readonly office?: string;
}
/** A partner with a key: a phone app, a terminal, a counter. */
export interface Partner extends AssertionClaims {
  readonly channel: Exclude<Channel, 'web' | 'exchange'>;
}

async function local<T>(method: string, path: string, body?: string, type = 'application/json'): Promise<T> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`/local${path}`, {
      method,
      ...(body === undefined ? {} : { body, headers: { 'content-type': type } }),
    });
    text = await response.text();
  } catch (error) {
    throw new ApiProblem(problemOf(undefined), { cause: error });
  }
  const parsed = parse(text);
  if (!response.ok) throw new ApiProblem(problemOf(parsed, response.status));
  return parsed as T;
}
const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
const post = <T>(path: string, body: object): Promise<T> => local('POST', path, JSON.stringify(body));

export const readDemo = (): Promise<Demo> => local('GET', '/demo');
export const readSms = (): Promise<readonly Sms[]> => local('GET', '/sms');
export const readClock = (): Promise<ClockFace> => local('GET', '/clock');
export const moveClock = (move: ClockMove): Promise<ClockFace> => post('/clock', move);
export const unlockAtMidnight = (): Promise<{ unlocked: number }> => post('/schedule/midnight-unlock', {});
export const readFaceOutcome = (): Promise<{ outcome: FaceOutcome }> => local('GET', '/face');
export const chooseFaceOutcome = (outcome: FaceOutcome): Promise<{ outcome: FaceOutcome }> =>
  post('/face', { outcome });
export const sendFeedLines = (lines: string): Promise<FeedReport> =>
  local('POST', '/registry', lines, 'application/x-ndjson');

/**
 * The header that proves a channel for one call; signed again for each call.
 * @param body what will be sent, signed too: the client sends the same JSON
 */
export async function signCall(
  { channel, person, identity, officer, office }: Partner,
  method: string,
  path: string,
  body?: object,
) {
  const { assertion } = await post<{ assertion: string }>(`/channels/${channel}/assertion`, {
    method,
    path,
    body: body ? JSON.stringify(body) : '',
    // The assertion contains only the document of the person, not the name.
    ...(person
      ? { person: { documentType: person.documentType, documentNumber: person.documentNumber } }
      : {}),
    identity,
    officer,
    office,
  });
  return { headers: { 'channel-assertion': assertion } };
}
