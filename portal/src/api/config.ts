import { useEffect, useState } from 'react';
import { shanghaiDay } from '#domain/days.ts';
import { prefetchedCall } from '../app/prerender-handover.ts';
import { answer, bareApi, fetchWithTimeout } from './client.ts';
import { serverNow } from './clock.ts';

/**
 * What the API says about itself: entries, document types, apps, the day of the old login. Asked once per page load.
 */
const fetchConfig = () => answer(bareApi.GET('/v1/config', prefetchedCall('config', fetchWithTimeout)));
type Config = Awaited<ReturnType<typeof fetchConfig>>;

let pendingConfig: Promise<Config> | undefined;
const readConfig = (): Promise<Config> => {
  pendingConfig ??= fetchConfig().catch((error: unknown) => {
    // After a failure the next caller asks again.
    pendingConfig = undefined;
    throw error;
  });
  return pendingConfig;
};

/** Without react-query, which the login page does not load. */
export function useConfig(): { readonly data: Config | undefined } {
  const [data, setData] = useState<Config>();
  useEffect(() => {
    let isUnmounted = false;
    readConfig().then(
      (known) => isUnmounted || setData(known),
      () => undefined,
    );
    return () => {
      isUnmounted = true;
    };
  }, []);
  return { data };
}

/**
 * The last day of 旧版登录 (LEG-1); null if that day is over or was never set, undefined as long as the API has not
 * answered.
 */
export function useLegacyDay(): string | null | undefined {
  const { data } = useConfig();
  if (!data) return undefined;
  const day = data.legacyUntil;
  return day !== null && shanghaiDay(new Date(serverNow())) <= day ? day : null;
}
