import { serve } from '#http/serve.ts';
import { discovery } from './contract.ts';
import { config, health, jwks, openapi } from './describe-system.ts';

export const handler = serve(discovery, { health, config, openapi, jwks });
