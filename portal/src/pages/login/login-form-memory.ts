import type { Entry } from '#domain/names.ts';
import { lastCompanies, lastEntry } from './login-defaults.ts';

/** The contents of the form of the first step, so that they are there again when the person comes back. */
export interface LoginFormValues {
  readonly entry: Entry;
  readonly taxpayerId?: string | undefined;
  readonly account?: string | undefined;
  readonly password?: string | undefined;
  /** What the page before achieved: the password is new, the phone was recovered. */
  readonly notice?: string | undefined;
}

/** In memory only: personal data are in no storage and no address (DOC-4). */
let values: LoginFormValues = { entry: lastEntry(), taxpayerId: lastCompanies()[0]?.taxpayerId };

export const loginFormValues = (): LoginFormValues => values;
export function keepLoginForm(more: Partial<LoginFormValues>): void {
  values = { ...values, ...more };
}
/** The person is logged in: the form's contents are forgotten. */
export function clearLoginForm(): void {
  values = { entry: lastEntry(), taxpayerId: lastCompanies()[0]?.taxpayerId };
}
