/**
 * The commands that bring a commit to the users. The pipeline of CodePipeline is built from them, and
 * `.github/workflows/deploy.yml` has the same commands; a test compares them.
 */

/** Install, then types, lint and all tests. Needs no rights in any account. */
export const testCommands: readonly string[] = ['bash .ci/run'];

/** The stage's templates and bundles, checked by cdk-nag; exactly these are deployed later. Needs no rights either. */
export const synthCommands = (stage: string): readonly string[] => [
  `npm run synth -- -c stage=${stage} -o cdk.out/${stage}`,
];

/** Deploys the assembly that was synthesized and tested; then logs in as a person through the public address. */
export const deployCommands = (stage: string): readonly string[] => [
  'npm ci',
  `npm run deploy -- --app cdk.out/${stage} --require-approval never`,
  'npm run smoke -- --url "$URL" --account "$SMOKE_ACCOUNT" --code-url "$SMOKE_CODE_URL"',
];

/** The variables that the last of `deployCommands` reads: the stage's test person, as for `npm run smoke`. */
export const smokeVariables = {
  SMOKE_ACCOUNT: 'account',
  SMOKE_PASSWORD: 'password',
  SMOKE_CODE_URL: 'codeUrl',
} as const;
