import { weighBundles } from './bundles.ts';
import { showChains } from './chains.ts';
import { showCompanies } from './companies.ts';
import { loadFeed } from './feed.ts';
import { importPeople } from './import.ts';
import { compareLogins } from './login/compare.ts';
import { sweepMidnight } from './midnight.ts';
import { showPortal } from './portal/show.ts';
import { progress, say } from './print.ts';
import { showReports } from './reports.ts';
import { compareHandOvers } from './sso/compare.ts';
import { timeStart } from './start.ts';

/** `npm run bench [-- part …]`: runs all parts, or the named ones. See README.md in this folder. */
const parts = {
  chains: showChains,
  companies: showCompanies,
  reports: showReports,
  login: compareLogins,
  sso: compareHandOvers,
  feed: loadFeed,
  import: importPeople,
  midnight: sweepMidnight,
  bundles: weighBundles,
  portal: showPortal,
  start: timeStart,
} as const;
type Part = keyof typeof parts;
const isPart = (name: string): name is Part => Object.hasOwn(parts, name);

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !isPart(name));
if (unknown.length > 0) {
  say(`There is no part ${unknown.join(', ')}: choose from ${Object.keys(parts).join(', ')}.`);
  process.exit(1);
}
const startedAt = performance.now();
for (const name of asked.length > 0 ? asked.filter(isPart) : (Object.keys(parts) as Part[]))
  await parts[name]();
progress(`${Math.round((performance.now() - startedAt) / 1000)} s in all`);
process.exit(0);
