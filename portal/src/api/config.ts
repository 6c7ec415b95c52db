import { useEffect, useState } from 'react';
import { shanghaiDay } from '#domain/days.ts';
import { askedEarly } from '../app/early.ts';
import { answer, bareApi, patientFetch } from './client.ts';
import { serverNow } from './clock.ts';

/** What the API says about itself: entries, document types, apps, the day of the old login. Asked once per page load. */
const ask = () => answer(bareApi.GET('/v1/config', askedEarly('config', patientFetch)));
type Config = Awaited<ReturnType<typeof ask>>;

let asked: Promise<Config> | undefined;
const config = (): Promise<Config> => {
  asked ??= ask().catch((error: unknown) => {
    // After a failure the next caller asks again.
    asked = undefined;
    throw error;
  });
  return asked;
};

/** Without react-query, which the login page does not load. */
export function useConfig(): { readonly data: Config | undefined } {
  const [data, setData] = useState<Config>();
  useEffect(() => {
    let gone = false;
    config().then(
      (known) => gone || setData(known),
      () => undefined,
    );
    return () => {
      gone = true;
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
