import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { stepUp } from './contract.ts';
import { showStepUp, startStepUp } from './start-step-up.ts';

export const handler = serve(stepUp, { start: startStepUp, show: showStepUp }, { db: openTables() });
