import type * as v from 'valibot';
import type { FlowDeclaration, RouteDeclaration } from '#contract/flow.ts';
import type { Assertion } from '#crypto/assertions.ts';
import type { ClientAssertion } from '#crypto/client-assertions.ts';
import type { RefreshToken } from '#crypto/refresh-tokens.ts';
import type { RpAccessToken } from '#crypto/rp-access-tokens.ts';
import type { Channel } from '#domain/names.ts';
import type { RelyingParty } from '#domain/sso/relying-parties.ts';
import type { AccessRecords } from '#store/sessions/access-basis.ts';
import type { EffectiveSession } from '#store/sessions/effective-session.ts';
import type { SsoRequestTicket } from '#store/tickets/sso-tickets.ts';
import type { Answer } from './answers.ts';
import type { FlowContext } from './context.ts';
import type { Language } from './language.ts';

/** One request as a step sees it: parsed and validated, with its caller known. */
export interface Call<R extends RouteDeclaration = RouteDeclaration> {
  readonly route: R;
  /** The JSON body, or the form. */
  readonly body: R['raw'] extends true
    ? undefined
    : R['body'] extends v.GenericSchema
      ? v.InferOutput<R['body']>
      : R['form'] extends v.GenericSchema
        ? v.InferOutput<R['form']>
        : undefined;
  readonly query: R['raw'] extends true
    ? undefined
    : R['query'] extends v.GenericSchema
      ? v.InferOutput<R['query']>
      : undefined;
  /** For `raw` routes: name and value of each parameter as sent, in the query of a GET or the form of a POST. */
  readonly parameters: readonly (readonly [string, string])[];
  readonly params: Readonly<Record<ParamsOf<R['path']>, string>>;
  readonly caller: R['access'] extends 'session'
    ? R['managing'] extends true
      ? EffectiveSession & Managing
      : R['handOver'] extends true
        ? EffectiveSession & HandOverRequest
        : EffectiveSession
    : R['access'] extends 'channel'
      ? { assertion: Assertion }
      : R['access'] extends 'refresh'
        ? { refresh: RefreshToken }
        : R['access'] extends 'public-or-channel'
          ? { assertion: Assertion | undefined }
          : R['access'] extends 'client'
            ? { client: RelyingParty; clientAssertion: ClientAssertion }
            : R['access'] extends 'client-token'
              ? { client: RelyingParty; token: RpAccessToken }
              : Record<never, never>;
  /** The instant of this request; all rules use the same instant during one request. */
  readonly now: Date;
  readonly language: Language;
  readonly origin: Origin;
  readonly header: (name: string) => string | undefined;
  readonly cookie: (name: string) => string | undefined;
}

/** What a route that manages knows about its caller in addition to the session. */
export interface Managing {
  /** ISO time of the person's last 找回手机号码 (PHN-4). */
  readonly recoveredAt: string | undefined;
}

/** What a route of a hand-over knows in addition to the session, for a browser that opened the request (SSO-4). */
export interface HandOverRequest {
  readonly request: SsoRequestTicket;
  /** The rows behind the company identity, as they are now. */
  readonly records: AccessRecords | undefined;
}

/** Where a request came from. The address is never logged whole (AUD-1). */
export interface Origin {
  readonly channel: Channel;
  readonly address: string;
  /** The city of that address, if CloudFront names one. */
  readonly locality?: string | undefined;
  readonly browser: string;
  readonly traceId: string;
}

type ParamsOf<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamsOf<Rest>
  : never;

type AnswerOf<R extends RouteDeclaration> = {
  [S in keyof R['answers'] & number]: Answer<
    S,
    R['answers'][S] extends v.GenericSchema ? v.InferInput<R['answers'][S]> : null
  >;
}[keyof R['answers'] & number];

/** A step: what one route does. The code of a step reads like the rule; a step throws a refusal as Problem. */
export type Step<R extends RouteDeclaration> = (ctx: FlowContext, call: Call<R>) => Promise<AnswerOf<R>>;
export type Steps<F extends FlowDeclaration> = {
  readonly [Name in keyof NonNullable<F['routes']>]: NonNullable<F['routes']>[Name] extends infer R extends
    RouteDeclaration
    ? Step<R>
    : never;
};
/** The type of the step `Name` of flow `F`, so that steps can live in files of their own. */
export type StepOf<F extends FlowDeclaration, Name extends keyof NonNullable<F['routes']>> = Steps<F>[Name];
export type CallOf<F extends FlowDeclaration, Name extends keyof NonNullable<F['routes']>> = Parameters<
  StepOf<F, Name>
>[1];
/** Any call: the parameter type of pieces that several flows share. */
export type AnyCall = Pick<Call, 'now' | 'language' | 'origin'>;
