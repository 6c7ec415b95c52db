import { type HandleKeys, handleKey } from '#crypto/keys.ts';
import { isTaxpayerId } from '#domain/companies/taxpayers.ts';
import type { AuthorizationRequest } from '#domain/sso/authorization-requests.ts';
import { foldNumber } from '#domain/text.ts';

/**
 * The handle that stands for the name by which a request means a company. The name may be a person's number (DOC-4),
 * and a request is stored until it is decided. A number gives the same handle however it is printed (DOC-2); a `ref` is
 * taken as it is.
 */
export function companyHandle(handles: HandleKeys, named: string): string {
  const number = foldNumber(named);
  return handleKey(handles, 'meant', isTaxpayerId(number) ? number : named);
}

/** A request in the form in which it may be stored. */
export const storableRequest = (
  { handles }: { readonly handles: HandleKeys },
  request: AuthorizationRequest,
): AuthorizationRequest =>
  request.taxpayer?.taxpayer === undefined
    ? request
    : {
        ...request,
        taxpayer: { ...request.taxpayer, taxpayer: companyHandle(handles, request.taxpayer.taxpayer) },
      };
