import { useQuery } from '@tanstack/react-query';
import { problemOf } from '../../api/problem.ts';
import { type Demo, readDemo } from './local-api.ts';

/** The people whom the local runtime created at its start, and how to log in as each; there may be none. */
export const useDemo = () =>
  useQuery({
    queryKey: ['demo'],
    queryFn: async (): Promise<Demo> => {
      try {
        return await readDemo();
      } catch (error) {
        if (problemOf(error).code === 'NOT_FOUND') return { people: [], companies: [], problems: [] };
        throw error;
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
