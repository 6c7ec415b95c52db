import { authenticateClient } from './client-authentication.ts';
import { clientTokenOf } from './client-token.ts';
import { oauthAnswer } from './oauth-answers.ts';
import { recordRefusedClient } from './refused-clients.ts';

/**
 * What routes for tax systems need beyond other routes: how to identify the caller and how to refuse it. Only handlers
 * with such routes pass it to `serve`, so that no other function carries this code.
 */
export const oauthRouteSupport = { authenticateClient, clientTokenOf, recordRefusedClient, oauthAnswer };
export type OAuthRouteSupport = typeof oauthRouteSupport;
