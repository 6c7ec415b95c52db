import type { Stage } from './stage.ts';

/** What whoever synthesizes a stage has to know, one sentence each. The same stands in every template's description. */
export function warningsOf(stage: Stage): string[] {
  const all: string[] = [];
  if (stage.standIns.length > 0)
    all.push('REHEARSAL: settings are stand-ins, nobody can be served by this stage.');
  if (stage.partition !== 'aws-cn')
    all.push('FOR NO REAL PERSON: this stage is outside the mainland (docs/data-residency.md).');
  if (stage.first)
    all.push('FIRST DEPLOYMENT: nothing is protected from deletion. Deploy again without -c first=true.');
  return all;
}
