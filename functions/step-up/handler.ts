import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { stepUp } from './contract.ts';
import { showStepUp, startStepUp } from './steps.ts';

export const handler = serve(stepUp, { start: startStepUp, show: showStepUp }, { db: openTables() });
