import { useQuery } from '@tanstack/react-query';
import { answer, api } from '../../../api/client.ts';

/** The tax systems as this session sees them (SSO-13); read again each time, because one is entered elsewhere. */
export const useSystems = () =>
  useQuery({
    queryKey: ['systems'],
    queryFn: async () => (await answer(api.GET('/v1/session/systems'))).systems,
    staleTime: 0,
  });
