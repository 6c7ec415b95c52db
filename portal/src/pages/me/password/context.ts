import { useAccount } from '../parts/queries.ts';

/**
 * What the password must not contain, as far as this page knows it: phones and documents are masked here (PWD-2,
 * DOC-4).
 */
export function usePasswordContext(): { username?: string } {
  const username = useAccount().data?.username;
  return username ? { username } : {};
}
