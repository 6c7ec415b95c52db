import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type About, newPartnerKey, readKey, type Sign, signedBy, storedKey } from './assertion.ts';
import { call, partnerCalls, sending } from './partner.ts';

const usage = `node main.ts new-key FILE                a key of your own; prints what the bureau gets
node main.ts scan QR_CONTENT             what a code is for
node main.ts confirm QR_CONTENT          scan, then confirm a login
node main.ts face QR_CONTENT             scan, then a face check
node main.ts relations                   a person's companies
node main.ts verify MATTER AUDIENCE      a terminal or counter asks for a face, waits and prints the proof

--address URL      the bureau (http://127.0.0.1:3000)
--channel NAME     ahtax-app, iit-app, wechat-mini, alipay-mini, terminal, hall (ahtax-app)
--key FILE         your key; without it the local runtime of the bureau's project signs
--person TYPE:NUMBER   --name NAME   --company NUMBER:ROLE   --officer NUMBER   --office NAME   --nonce TEXT`;

const text = { type: 'string' } as const;
const options = {
  address: { type: 'string', default: 'http://127.0.0.1:3000' },
  channel: { type: 'string', default: 'ahtax-app' },
  key: text,
  person: text,
  name: text,
  company: text,
  officer: text,
  office: text,
  nonce: text,
} as const;
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const [command = '', first = '', second = ''] = positionals;
const { address, channel } = values;

const halves = (pair: string): [string, string] => {
  const at = pair.indexOf(':');
  return [pair.slice(0, at), pair.slice(at + 1)];
};
const [documentType, documentNumber] = halves(values.person ?? ':');
const [taxpayerId, role] = halves(values.company ?? ':');
const about: About = {
  ...(values.person ? { person: { documentType, documentNumber } } : {}),
  ...(values.company ? { identity: { taxpayerId, role } } : {}),
  ...(values.officer ? { officer: values.officer } : {}),
  ...(values.office ? { office: values.office } : {}),
};

/** On one machine the local runtime has a key for each channel and signs. */
const signedLocally: Sign = async (name, claims) => {
  const { body } = await call(address, 'POST', `/local/channels/${name}/assertion`, claims, {});
  return body.assertion;
};
const sign = values.key
  ? signedBy(await readKey(JSON.parse(readFileSync(values.key, 'utf8'))), address)
  : signedLocally;
const partner = partnerCalls(sending(address, channel, sign, about));

/** Polls as often as is useful, until the code is used or has expired. */
async function finished(scan: { ticket: string; pollSecret: string; expiresAt: string }) {
  for (;;) {
    const polled = await call(address, 'GET', `/v1/scans/${scan.ticket}`, undefined, {
      'poll-secret': scan.pollSecret,
    });
    if (polled.status !== 200 || !['pending', 'scanned'].includes(polled.body.state)) return polled;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

async function verify() {
  const who = { name: values.name ?? '', documentType, documentNumber };
  const extra = values.nonce ? { nonce: values.nonce } : {};
  const begun = await partner.startVerification(who, first, second, extra);
  if (begun.status !== 200) return begun;
  process.stderr.write(`Show as a QR code: ${begun.body.qrContent}\n`);
  return finished(begun.body);
}

async function newKey() {
  const key = await newPartnerKey();
  writeFileSync(first, JSON.stringify(await storedKey(key)), { mode: 0o600, flag: 'wx' });
  return { status: 201, body: key.publicKey };
}

const commands: Record<string, () => Promise<{ status: number; body: unknown }>> = {
  'new-key': newKey,
  scan: () => partner.scan(first),
  confirm: () => partner.confirmCode(first),
  face: () => partner.showFace(first),
  relations: () => partner.relations(),
  verify,
};
const run = commands[command];
if (!run) {
  process.stderr.write(`${usage}\n`);
  process.exitCode = 2;
} else {
  const { status, body } = await run();
  process.stdout.write(`${JSON.stringify({ status, ...(body === undefined ? {} : { body }) }, null, 2)}\n`);
  process.exitCode = status < 300 ? 0 : 1;
}
