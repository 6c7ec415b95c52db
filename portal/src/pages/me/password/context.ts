import { useAccount } from '../parts/queries.ts';

/** What may not be in the password, as far as this page knows it: phones and documents come masked (PWD-2, DOC-4). */
export function usePasswordContext(): { username?: string } {
  const username = useAccount().data?.username;
  return username ? { username } : {};
}
