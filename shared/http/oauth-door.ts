import { clientOf } from './client-caller.ts';
import { clientTokenOf } from './client-token.ts';
import { oauthAnswer } from './oauth-answers.ts';
import { keepRefusedClient } from './refused-clients.ts';

/**
 * What routes for tax systems need beyond other routes: how to identify the caller and how to refuse it. Only handlers
 * with such routes pass it to `serve`, so that no other function carries this code.
 */
export const oauthDoor = { clientOf, clientTokenOf, keepRefusedClient, oauthAnswer };
export type OAuthDoor = typeof oauthDoor;
