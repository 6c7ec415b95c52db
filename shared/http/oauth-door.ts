import { clientOf } from './client-caller.ts';
import { clientTokenOf } from './client-token.ts';
import { oauthAnswer } from './oauth-answers.ts';
import { keepRefusedClient } from './refused-clients.ts';

/**
 * What routes for tax systems need beside the others: who calls, and how they are refused. Only the handlers that have such
 * routes bring it, so that no other function carries it.
 */
export const oauthDoor = { clientOf, clientTokenOf, keepRefusedClient, oauthAnswer };
export type OAuthDoor = typeof oauthDoor;
