/**
 * `npm run deploy:policies -- --stage prod --account 123456789012`: writes the stage's boundary and the deployment's
 * policy to cdk.out/. An administrator creates both before `cdk bootstrap` (README, "Deploy"). With `--repository
 * owner/name` it also writes the trust and the policy of the role that the workflow assumes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isStageName } from '../stage.ts';
import {
  boundary,
  boundaryName,
  deployerName,
  deployerPolicy,
  deployerTrust,
  deployPolicy,
  deployPolicyName,
} from './policies.ts';

const { values } = parseArgs({
  options: { stage: { type: 'string' }, account: { type: 'string' }, repository: { type: 'string' } },
});
const { stage, account, repository } = values;
if (
  !isStageName(stage) ||
  stage === 'local' ||
  !/^\d{12}$/.test(account ?? '') ||
  !/^[\w.-]+\/[\w.-]+$/.test(repository ?? 'owner/name')
) {
  console.error(
    'Give --stage dev|staging|prod|showcase, --account with its twelve digits and, for the role of the workflow, --repository owner/name.',
  );
  process.exitCode = 1;
} else {
  const folder = join(import.meta.dirname, '../../cdk.out');
  mkdirSync(folder, { recursive: true });
  for (const [name, document] of [
    [boundaryName(stage), boundary(stage, account ?? '')],
    [deployPolicyName(stage), deployPolicy(stage, account ?? '')],
    ...(repository
      ? ([
          [deployerName(stage), deployerPolicy(stage, account ?? '')],
          [`${deployerName(stage)}-trust`, deployerTrust(stage, account ?? '', repository)],
        ] as const)
      : []),
  ] as const) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(document));
    console.log(`cdk.out/${name}.json`);
  }
}
