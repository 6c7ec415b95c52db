import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Loose, Reply } from '../support/client.ts';
import { enterPassword, expectStatus, scanFace } from '../support/runtime.ts';
import {
  failures,
  type Known,
  knownPerson,
  openWatchedRuntime,
  otherThan,
  verify,
  type WatchedRuntime,
} from '../support/watched.ts';

/**
 * The login as a state machine: random orders of what a person (or an attacker) and the clock do. After every step the
 * test compares the system with a model, which states the rules in a few lines, and with the lockout row.
 */
const day = 86_400;
const limit = {
  failures: 5,
  tries: 5,
  guesses: 10,
  perWindow: 5,
  window: 600,
  gap: 60,
  code: 300,
  ticket: 600,
};

interface Ticket {
  readonly id: string;
  readonly opened: number;
  /** The password that opened the ticket. */
  readonly password: string;
  spent: boolean;
  code?: { readonly value: string; readonly sent: number; tries: number };
}

/** All times are epoch seconds. */
class Model {
  now = 0;
  password: string;
  failures = { password: 0, sms: 0 };
  guesses = 0;
  locked = false;
  /** Locks of past days that no sweep has cleared. */
  unswept = 0;
  sent: number[] = [];
  ticket: Ticket | undefined;
  token: string | undefined;

  constructor(now: number, password: string, unswept: number) {
    this.now = now;
    this.password = password;
    this.unswept = unswept;
  }

  fail(method: 'password' | 'sms'): boolean {
    this.failures[method]++;
    this.locked = this.failures[method] >= limit.failures;
    return this.locked;
  }
  succeed(method: 'password' | 'sms'): void {
    this.failures[method] = 0;
  }
  /** Whether 00:00 in Shanghai was between two instants. */
  moveTo(now: number): void {
    const dayOf = (at: number) => Math.floor((at + 8 * 3600) / day);
    if (dayOf(now) !== dayOf(this.now)) {
      if (this.locked) this.unswept++;
      this.failures = { password: 0, sms: 0 };
      this.guesses = 0;
      this.locked = false;
    }
    this.now = now;
  }
  sendPossible(): boolean {
    const last = this.sent.at(-1);
    if (last !== undefined && this.now - last < limit.gap) return false;
    const first = this.sent[0];
    if (first !== undefined && this.now - first >= limit.window) this.sent = [];
    return this.sent.length < limit.perWindow;
  }
  ticketProblem(ticket: Ticket): string | undefined {
    if (ticket.spent) return 'STATE_CONFLICT';
    return this.now - ticket.opened >= limit.ticket ? 'EXPIRED' : undefined;
  }
  /** The refusal of any code, right or wrong; undefined if the code is compared. */
  codeRefused(ticket: Ticket): string[] | undefined {
    const problem = this.ticketProblem(ticket);
    if (problem) return [problem];
    const { code } = ticket;
    const usable = code && this.now - code.sent < limit.code && code.tries < limit.tries;
    const reasons = [
      ...(usable ? [] : ['SMS_CODE_WRONG']),
      ...(this.locked ? ['ACCOUNT_LOCKED'] : []),
      ...(this.guesses >= limit.guesses ? ['FACE_REQUIRED'] : []),
    ];
    return reasons.length > 0 ? reasons : undefined;
  }
}

interface Real {
  readonly runtime: WatchedRuntime;
  readonly who: Known;
}
const codeOf = ({ status, body }: Reply<Loose>): string => body?.code ?? String(status);

type Run = (model: Model, real: Real) => Promise<void>;
/** A step of the machine, done `times` times, with a name for the report of a failing run. */
function step(name: string, run: Run, check: (model: Model) => boolean = () => true, times = 1) {
  return {
    check: (model: Readonly<Model>) => check(model as Model),
    toString: () => (times > 1 ? `${times} × ${name}` : name),
    times: (more: number) => step(name, run, check, more),
    async run(model: Model, real: Real) {
      for (let i = 0; i < times; i++) {
        await run(model, real);
        const row = await failures(real.runtime, real.who);
        const expected = { ...model.failures, guesses: model.guesses, locked: model.locked };
        expect(row).toEqual({ ...expected, face: 0 });
        reached.add(
          [name, model.locked && 'locked', model.guesses >= limit.guesses && 'guesses used up']
            .filter(Boolean)
            .join(', '),
        );
      }
    },
  };
}
/**
 * The steps that were done, with the state in which they were done: a run that never locks an account proves little.
 */
const reached = new Set<string>();
const hasTicket = (model: Model): boolean => model.ticket !== undefined;
const withTicket = (model: Model): Ticket => model.ticket as Ticket;
const alive = async ({ runtime }: Real, token: string) =>
  (await runtime.http('GET', '/v1/session', undefined, { token })).body;

const wrongPassword = step('wrong password', async (model, { runtime, who }) => {
  const reply = await enterPassword(runtime, who.documentNumber, 'Wrong#9182');
  if (model.locked || model.fail('password')) {
    expect(codeOf(reply)).toBe('ACCOUNT_LOCKED');
    return;
  }
  expect(reply.body).toMatchObject({
    code: 'BAD_CREDENTIALS',
    remainingAttempts: limit.failures - model.failures.password,
  });
});

const rightPassword = step('right password', async (model, { runtime, who }) => {
  const reply = await enterPassword(runtime, who.phone, model.password);
  if (model.locked) {
    expect(codeOf(reply)).toBe('ACCOUNT_LOCKED');
    return;
  }
  expectStatus(reply, 201);
  model.succeed('password');
  model.ticket = { id: reply.body.loginId, opened: model.now, password: model.password, spent: false };
});

const send = step(
  'send',
  async (model, { runtime, who }) => {
    const ticket = withTicket(model);
    const reply = await runtime.http('POST', `/v1/logins/${ticket.id}/sms`);
    const problem = model.ticketProblem(ticket);
    const refusals = [
      ...(problem ? [problem] : []),
      ...(model.sendPossible() ? [] : ['SMS_TOO_FREQUENT']),
      ...(model.locked ? ['ACCOUNT_LOCKED'] : []),
      ...(model.guesses >= limit.guesses ? ['FACE_REQUIRED'] : []),
    ];
    if (refusals.length > 0) {
      expect(refusals).toContain(codeOf(reply));
      return;
    }
    expectStatus(reply, 202);
    model.sent.push(model.now);
    ticket.code = { value: runtime.sms(who.phone)[0]?.code ?? '', sent: model.now, tries: 0 };
  },
  hasTicket,
);

const guess = step(
  'guess',
  async (model, { runtime }) => {
    const ticket = withTicket(model);
    const reply = await verify(runtime, ticket.id, { smsCode: otherThan(ticket.code?.value ?? '123456') });
    const refused = model.codeRefused(ticket);
    if (refused) {
      expect(refused).toContain(codeOf(reply));
      return;
    }
    const code = ticket.code as NonNullable<Ticket['code']>;
    code.tries++;
    model.guesses++;
    if (model.fail('sms')) {
      expect(codeOf(reply)).toBe('ACCOUNT_LOCKED');
      return;
    }
    expect(reply.body).toMatchObject({
      code: 'SMS_CODE_WRONG',
      remainingAttempts: Math.min(limit.tries - code.tries, limit.failures - model.failures.sms),
    });
  },
  hasTicket,
);

const rightCode = step(
  'right code',
  async (model, real) => {
    const ticket = withTicket(model);
    const reply = await verify(real.runtime, ticket.id, { smsCode: ticket.code?.value ?? '123456' });
    const refused = model.codeRefused(ticket);
    if (refused) {
      expect(refused).toContain(codeOf(reply));
      return;
    }
    if (ticket.password !== model.password) {
      expect(codeOf(reply)).toBe('STATE_CONFLICT');
      return;
    }
    expectStatus(reply, 200);
    model.succeed('sms');
    ticket.spent = true;
    const { accessToken } = reply.body.session;
    if (model.token) expect(await alive(real, model.token)).toMatchObject({ code: 'SESSION_ENDED' });
    expect(await alive(real, accessToken)).toHaveProperty('session');
    model.token = accessToken;
  },
  hasTicket,
);

const reset = (number: number) =>
  step('reset', async (model, real) => {
    const { runtime, who } = real;
    const start = await runtime.http('POST', '/v1/password-resets', {
      account: who.phone,
      name: who.name,
      documentNumber: who.documentNumber,
    });
    const path = `/v1/password-resets/${expectStatus(start, 201).body.resetId}`;
    const scan = expectStatus(await runtime.http('POST', `${path}/face`), 201).body;
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    // Letters that are far apart in the alphabet, so that no run of four can appear; different from the last five
    // passwords.
    const newPassword = `Xk#${[...String(number).padStart(8, '0')].map((digit) => 'qzmxbhvdtg'[Number(digit)]).join('7')}`;
    const reply = await runtime.http('POST', `${path}/complete`, { faceTicket: scan.ticket, newPassword });
    expectStatus(reply, 204);
    model.password = newPassword;
    model.failures = { password: 0, sms: 0 };
    model.locked = false;
    if (model.token) expect(await alive(real, model.token)).toMatchObject({ code: 'SESSION_ENDED' });
    model.token = undefined;
  });

const advance = (seconds: number) =>
  step(`advance ${seconds}`, async (model, { runtime }) => {
    runtime.clock.advance(seconds);
    model.moveTo(model.now + seconds);
  });

const midnight = (sweeps: boolean) =>
  step(sweeps ? 'midnight, swept' : 'midnight', async (model, { runtime }) => {
    const next = (Math.floor((model.now + 8 * 3600) / day) + 1) * day - 8 * 3600;
    runtime.clock.set(next * 1000);
    model.moveTo(next);
    if (!sweeps) return;
    const { body } = expectStatus(await runtime.http('POST', '/local/schedule/midnight-unlock'), 200);
    expect(body.unlocked).toBe(model.unswept);
    model.unswept = 0;
  });

let runtime: WatchedRuntime;
let who: Known;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
  who = await knownPerson(runtime);
});
afterAll(() => runtime?.finish());

const rules = 'LCK-1 LCK-3 LCK-4 LCK-5 SMS-1 SMS-2 UNL-1 UNL-2 PWD-3';
let password: string;
beforeAll(() => {
  password = who.password;
});

/** Every run uses a new day: counts, guesses and windows begin anew, as the rules say. */
const onFreshDay = async (run: (model: Model) => Promise<void>) => {
  runtime.clock.set((Math.floor(runtime.clock.now().getTime() / 1000 / day) + 2) * day * 1000 + 3_600_000);
  const model = new Model(runtime.clock.now().getTime() / 1000, password, 0);
  // Clears the locks that an earlier run left.
  expectStatus(await runtime.http('POST', '/local/schedule/midnight-unlock'), 200);
  try {
    await run(model);
  } finally {
    password = model.password;
  }
};

/** Without fast-check's own time limit, which would leave a request under way. */
async function anyOrder(seconds: number, options: fc.Parameters<unknown>): Promise<void> {
  const some = (one: typeof guess, most: number) =>
    fc.integer({ min: 1, max: most }).map((times) => one.times(times));
  const commands = [
    some(wrongPassword, 5),
    some(wrongPassword, 2),
    fc.constant(rightPassword),
    fc.constant(rightPassword),
    fc.constant(send),
    fc.constant(send),
    some(guess, 5),
    some(guess, 4),
    fc.constant(rightCode),
    fc.constant(rightCode),
    fc.constantFrom(60, 61, 59, 240, 299, 300, 601).map(advance),
    fc.constantFrom(60, 120).map(advance),
    fc.boolean().map(midnight),
    fc.integer({ min: 0, max: 99_999_999 }).map(reset),
  ];
  const deadline = performance.now() + seconds * 1_000;
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 40, size: 'max' }), async (steps) => {
      if (performance.now() > deadline) return;
      await onFreshDay((model) => fc.asyncModelRun(() => ({ model, real: { runtime, who } }), steps));
    }),
    { verbose: 1, ...options },
  );
}

it(`${rules} the login does what the model says`, async () => {
  // One fixed order that reaches every state, whatever the random orders reach.
  const round = [rightPassword, send, guess.times(4), rightCode, advance(601)];
  const walk = [
    ...[wrongPassword.times(4), rightPassword, wrongPassword.times(2), ...round, ...round],
    ...[
      rightPassword,
      send,
      guess.times(2),
      rightCode,
      send,
      wrongPassword.times(4),
      rightPassword,
      rightCode,
    ],
    ...[
      reset(1),
      rightCode,
      rightPassword,
      wrongPassword.times(6),
      send,
      rightPassword,
      guess,
      reset(2),
      rightPassword,
    ],
    ...[
      wrongPassword.times(5),
      midnight(true),
      rightPassword,
      send,
      guess.times(5),
      rightPassword,
      midnight(false),
    ],
    ...[
      rightPassword,
      send,
      advance(300),
      rightCode,
      advance(300),
      rightCode,
      rightPassword,
      send,
      rightCode,
      rightCode,
    ],
  ];
  await onFreshDay(async (model) => {
    for (const one of walk) await one.run(model, { runtime, who });
  });
  for (const state of [
    'guess, guesses used up',
    'send, guesses used up',
    'right password, locked',
    'guess, locked',
  ])
    expect([...reached]).toContain(state);
  // Some orders that are the same in every run.
  await anyOrder(5, { numRuns: 1, seed: 20_270_302 });
}, 120_000);

it(
  `${rules} the login does what the model says, whatever the order`,
  { timeout: 240_000, tags: ['long'] },
  () => anyOrder(60, { numRuns: 1_000 }),
);
