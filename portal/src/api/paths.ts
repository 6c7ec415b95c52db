import type { InferInput, InferOutput } from 'valibot';
import type { RouteDeclaration } from '#contract/flow.ts';
import type { DeclaredFlow } from '#flows/contracts.ts';
import type { Problem } from './problem.ts';

/**
 * The routes of all contracts in the form that openapi-fetch reads, derived by types alone: nothing is generated, and a
 * page that does not match its contract does not compile.
 */
type RoutesOf<F> = F extends { readonly routes: infer R extends Readonly<Record<string, RouteDeclaration>> }
  ? R[keyof R]
  : never;
type Route = RoutesOf<DeclaredFlow>;

/** `{id}` and its like in a path. */
type ParameterNames<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterNames<Rest>
  : never;

type PathParameters<P extends string> = [ParameterNames<P>] extends [never]
  ? object
  : { path: Record<ParameterNames<P>, string> };
type Query<R> = R extends { readonly query: infer Q extends RouteDeclaration['query'] }
  ? { query?: InferInput<NonNullable<Q>> }
  : object;
/** The scan's poll secret travels in a header (QR-2). */
type Headers<P extends string> = P extends `/v1/scans/${string}`
  ? { header: { 'poll-secret': string } }
  : object;

type Body<R> = R extends { readonly body: infer B extends NonNullable<RouteDeclaration['body']> }
  ? { requestBody: { content: { 'application/json': InferInput<B> } } }
  : { requestBody?: never };

type Answers<A extends RouteDeclaration['answers']> = {
  [S in keyof A]: A[S] extends NonNullable<RouteDeclaration['body']>
    ? { content: { 'application/json': InferOutput<A[S]> } }
    : { content?: never };
} & { default: { content: { 'application/problem+json': Problem } } };

type Operation<R extends RouteDeclaration> = {
  parameters: PathParameters<R['path']> & Query<R> & Headers<R['path']>;
  responses: Answers<R['answers']>;
} & Body<R>;

export type Paths = {
  [P in Route['path']]: {
    [M in Extract<Route, { readonly path: P }>['method'] as Lowercase<M>]: Operation<
      Extract<Route, { readonly path: P; readonly method: M }>
    >;
  };
};
