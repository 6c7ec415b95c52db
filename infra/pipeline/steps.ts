/**
 * What is done to bring a commit to people, as commands: the pipeline of CodePipeline is made of them, and
 * `.github/workflows/deploy.yml` has the same ones, which a test holds.
 */

/** Install, then types, lint and all tests. Needs no right in any account. */
export const testCommands: readonly string[] = ['bash .ci/run'];

/** The stage's templates and bundles, checked by cdk-nag: what is made here is what is deployed. Needs no right either. */
export const synthCommands = (stage: string): readonly string[] => [
  `npm run synth -- -c stage=${stage} -o cdk.out/${stage}`,
];

/** The assembly that was made and tested is deployed; then a person logs in through the public door. */
export const deployCommands = (stage: string): readonly string[] => [
  'npm ci',
  `npm run deploy -- --app cdk.out/${stage} --require-approval never`,
  'npm run smoke -- --url "$URL" --account "$SMOKE_ACCOUNT" --code-url "$SMOKE_CODE_URL"',
];

/** What the last of `deployCommands` reads: of the person whom the stage has for it, as `npm run smoke` says. */
export const smokeVariables = {
  SMOKE_ACCOUNT: 'account',
  SMOKE_PASSWORD: 'password',
  SMOKE_CODE_URL: 'codeUrl',
} as const;
