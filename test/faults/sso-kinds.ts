import { begin, exchange } from '../flows/support/hand-overs.ts';
import type { StandIn } from '../flows/support/rps.ts';
import { expectStatus, loggedInByFace } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import type { Kind } from './patient-runtime.ts';

/** How often a system asks for a new code, because the code before may be lost. */
const rounds = 4;

/** A logged-in person is handed over to a tax system, and the system exchanges its code. */
export const handOverTo = (system: StandIn): Kind => ({
  name: 'SSO-4 SSO-5 a hand-over to a tax system',
  routes: / \/(v1\/sso|oauth2)\//,
  async ready(runtime) {
    const who = await settled(runtime);
    let token = (await loggedInByFace(runtime, who)).session.accessToken;
    let isHandedOver = false;
    const once = async (): Promise<void> => {
      const begun = await begin(runtime, system);
      const page = (method: string, step: string, body?: object) =>
        runtime.http(method, `/v1/sso/${begun.id}${step}`, body, { token, cookie: begun.cookie });
      expectStatus(await page('GET', '/system'), 200);
      expectStatus(await page('GET', ''), 200);
      const { redirectTo } = expectStatus(await page('POST', '/approve', {}), 200).body;
      const code = new URL(redirectTo).searchParams.get('code') ?? '';
      const { status, body } = await exchange(runtime, system, { ...begun, code });
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    };
    return {
      async run(again) {
        if (again) token = (await loggedInByFace(runtime, who)).session.accessToken;
        let stopped: unknown;
        for (let round = 0; round < rounds && !isHandedOver; round++)
          await once().then(
            () => {
              isHandedOver = true;
            },
            (error: unknown) => {
              stopped = error;
            },
          );
        if (!isHandedOver) throw stopped;
      },
      done: async () => isHandedOver,
    };
  },
});
