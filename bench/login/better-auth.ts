import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import argon2 from 'argon2';
import { obey, tell } from './child.ts';
import { cost, password } from './credentials.ts';

/**
 * The library that we compare with: better-auth with e-mail and password, its two-factor plugin with codes, and the
 * same argon2id. The library uses SQLite in this process's memory, or PostgreSQL if an address is given. The library's
 * rate limit and log are off; everything else is its default. The library is installed in bench/ only, so the types of
 * the used parts are written here by hand.
 */
interface BetterAuth {
  betterAuth(options: object): {
    readonly options: object;
    readonly api: {
      signUpEmail(input: { body: { email: string; password: string; name: string } }): Promise<unknown>;
    };
  };
}
interface Plugins {
  twoFactor(options: {
    otpOptions: { sendOTP: (data: { user: { email: string }; otp: string }) => Promise<void> };
  }): object;
}
interface Node {
  toNodeHandler(auth: object): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}
interface Migration {
  getMigrations(options: object): Promise<{ runMigrations(): Promise<void> }>;
}
// The import uses a variable, so that the type check does not need the package.
const load = async <T>(part: string): Promise<T> => (await import(`better-auth${part}`)) as T;

const { betterAuth } = await load<BetterAuth>('');
const { twoFactor } = await load<Plugins>('/plugins');
const { toNodeHandler } = await load<Node>('/node');
const { getMigrations } = await load<Migration>('/db/migration');

const people = Number(process.argv[2]);
const outbox = process.argv[3];
const postgres = process.argv[4];
const database = postgres === undefined ? sqlite() : await postgresAt(postgres);

interface Store {
  /** The database in the form that better-auth takes. */
  readonly of: object;
  run(sql: string): Promise<unknown> | unknown;
}

function sqlite(): Store {
  const memory = new DatabaseSync(':memory:');
  return { of: memory, run: (sql) => memory.exec(sql) };
}

/** Makes a new schema for the bench in the given database. */
async function postgresAt(connectionString: string): Promise<Store> {
  const { default: pg } = (await import('pg' as string)) as {
    default: { Pool: new (options: object) => { query(sql: string): Promise<unknown> } };
  };
  const pool = new pg.Pool({ connectionString, max: 16, options: '-c search_path=ahtax_bench' });
  await pool.query('DROP SCHEMA IF EXISTS ahtax_bench CASCADE');
  await pool.query('CREATE SCHEMA ahtax_bench');
  return { of: pool, run: (sql) => pool.query(sql) };
}

/** Sends the code by HTTP to the outbox that our code uses too. */
async function sendCode(to: string, code: string): Promise<void> {
  const answer = await fetch(`${outbox}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ phone: to, purpose: 'login', code, text: `Your code is ${code}` }),
  });
  await answer.text();
}

// All people have the same password, which is hashed once, because only verifications are measured.
const stored = await argon2.hash(password, cost);
const server = createServer();
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo;
  const auth = betterAuth({
    database: database.of,
    baseURL: `http://127.0.0.1:${port}`,
    secret: 'only for this benchmark, 32 characters or more',
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    emailAndPassword: {
      enabled: true,
      autoSignIn: false,
      password: {
        hash: async () => stored,
        verify: ({ hash, password: typed }: { hash: string; password: string }) => argon2.verify(hash, typed),
      },
    },
    plugins: [
      twoFactor({
        otpOptions: { sendOTP: ({ user, otp }) => sendCode(user.email, otp) },
      }),
    ],
  });
  await (await getMigrations(auth.options)).runMigrations();
  for (let index = 0; index < people; index++)
    await auth.api.signUpEmail({
      body: { email: `p${index}@bench.test`, password, name: `Person ${index}` },
    });
  // The row that better-auth's own call for enabling codes writes.
  await database.run('UPDATE "user" SET "twoFactorEnabled" = true');
  server.on('request', toNodeHandler(auth));
  tell({ kind: 'ready', port });
});
obey();
