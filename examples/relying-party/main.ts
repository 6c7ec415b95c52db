import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { newClientKey, readKey, storedKey } from './keys.ts';
import { taxSystem } from './system.ts';

const usage = `node main.ts new-key FILE     a key of your own; prints what the bureau gets
node main.ts serve            a tax system on this machine

--issuer URL       the bureau (http://127.0.0.1:3000)
--client ID        as registered
--key FILE         your key
--port N           3100; its address is then http://127.0.0.1:N, as registered
--name TEXT        what the page is called`;

const text = { type: 'string' } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    issuer: { type: 'string', default: 'http://127.0.0.1:3000' },
    client: text,
    key: text,
    port: { type: 'string', default: '3100' },
    name: { type: 'string', default: '税务系统' },
  },
});
const [command, file] = positionals;

if (command === 'new-key' && file) {
  const key = await newClientKey();
  writeFileSync(file, JSON.stringify(await storedKey(key)), { mode: 0o600, flag: 'wx' });
  process.stdout.write(`${JSON.stringify(key.publicKey, null, 2)}\n`);
} else if (command === 'serve' && values.client && values.key) {
  const origin = `http://127.0.0.1:${values.port}`;
  const { handle } = taxSystem({
    name: values.name,
    origin,
    issuer: values.issuer,
    clientId: values.client,
    key: await readKey(JSON.parse(readFileSync(values.key, 'utf8'))),
  });
  createServer(handle).listen(Number(values.port), '127.0.0.1', () =>
    process.stdout.write(`ready ${origin}\n`),
  );
} else {
  process.stderr.write(`${usage}\n`);
  process.exitCode = 2;
}
