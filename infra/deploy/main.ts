/**
 * `npm run deploy:policies -- --stage prod --account 123456789012`: writes the stage's boundary and the deployment's
 * policy to cdk.out/. An administrator creates both before `cdk bootstrap` (README, "Deploy").
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isStageName } from '../stage.ts';
import { boundary, boundaryName, deployPolicy, deployPolicyName } from './policies.ts';

const { values } = parseArgs({ options: { stage: { type: 'string' }, account: { type: 'string' } } });
const { stage, account } = values;
if (!isStageName(stage) || stage === 'local' || !/^\d{12}$/.test(account ?? '')) {
  console.error('Give --stage dev|staging|prod|showcase and --account with its twelve digits.');
  process.exitCode = 1;
} else {
  const folder = join(import.meta.dirname, '../../cdk.out');
  mkdirSync(folder, { recursive: true });
  for (const [name, document] of [
    [boundaryName(stage), boundary(stage, account ?? '')],
    [deployPolicyName(stage), deployPolicy(stage, account ?? '')],
  ] as const) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(document));
    console.log(`cdk.out/${name}.json`);
  }
}
