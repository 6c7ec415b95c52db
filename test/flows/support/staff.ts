import type { Role } from '#domain/names.ts';
import type { Loose, Reply } from '../../support/client.ts';
import { creditCode } from '../../support/credit-codes.ts';
import { person, type Sample } from '../../support/people.ts';
import { expectStatus, loggedInByFace, type TestRuntime } from '../../support/runtime.ts';
import { settled } from '../../support/seed.ts';
import { asChannel } from './channels.ts';
import { authorizationsOf, feed, legalRepresentative, taxpayer } from './feed-lines.ts';

export const claimed = ({ name, documentType, documentNumber }: Sample) => ({
  name,
  documentType,
  documentNumber,
});

/** Registry lines about a company's people, except the legal representative's line. */
export const financeHead = (taxpayerId: string, who: Sample, version = 1, facts: object = {}) => ({
  type: 'finance-head',
  version,
  taxpayerId,
  person: claimed(who),
  ...facts,
});
export const taxHandler = (taxpayerId: string, who: Sample, version = 1, facts: object = {}) => ({
  ...financeHead(taxpayerId, who, version, facts),
  type: 'tax-handler',
});

/** Feeds lines; throws if one is not accepted. */
export async function fed(runtime: TestRuntime, ...lines: object[]): Promise<void> {
  const report = await feed(runtime, ...lines);
  if (report.accepted !== lines.length) throw new Error(JSON.stringify(report));
}

/** A registered person, with their calls. */
export interface Somebody {
  readonly who: Sample;
  /** The token of the session; it changes with every switch. */
  token: string;
  call(method: string, path: string, body?: unknown): Promise<Reply<Loose>>;
  /** The person's authorizations of one list in one company. */
  listed(state: string, taxpayerId: string): Promise<Loose[]>;
  /** Switches to a company, or to the natural person. */
  switchTo(taxpayerId?: string, role?: Role): Promise<Reply<Loose>>;
  logIn(): Promise<void>;
}

export async function somebody(runtime: TestRuntime, who: Sample = person()): Promise<Somebody> {
  await settled(runtime, who);
  const self: Somebody = {
    who,
    token: '',
    call: (method, path, body) => runtime.http(method, path, body, { token: self.token }),
    async listed(state, taxpayerId) {
      const all: Loose[] = [];
      for (let cursor: string | undefined; ; ) {
        const { body } = expectStatus(await authorizationsOf(runtime, self.token, state, cursor), 200);
        all.push(...body.authorizations.filter((one: Loose) => one.taxpayerId === taxpayerId));
        cursor = body.cursor;
        if (cursor === undefined) return all;
      }
    },
    async switchTo(taxpayerId, role) {
      const { body } = expectStatus(await self.call('GET', '/v1/session/identities'), 200);
      const choice = body.choices.find(({ identity }: Loose) =>
        taxpayerId === undefined
          ? identity.kind === 'natural'
          : identity.taxpayerId === taxpayerId && (role === undefined || identity.role === role),
      );
      if (!choice) throw new Error(`no such choice: ${JSON.stringify(body.choices)}`);
      const reply = await self.call('POST', '/v1/session/identity', { choiceId: choice.choiceId });
      if (reply.status === 200) self.token = reply.body.session.accessToken;
      return reply;
    },
    async logIn() {
      self.token = (await loggedInByFace(runtime, who)).session.accessToken;
    },
  };
  await self.logIn();
  return self;
}

/** An active company and its legal representative, who acts for it. */
export interface Company {
  readonly id: string;
  readonly boss: Somebody;
  invite(who: Sample, more?: object): Promise<Reply<Loose>>;
  /** Invites a person and returns the authorizationId. */
  invited(who: Sample, more?: object): Promise<string>;
  staff(state?: string): Promise<Loose[]>;
  on(authorizationId: string, what?: string, method?: string, body?: unknown): Promise<Reply<Loose>>;
}
export async function company(runtime: TestRuntime, facts: object = {}): Promise<Company> {
  const id = creditCode();
  const boss = await somebody(runtime);
  await fed(runtime, taxpayer(id, 1, facts), legalRepresentative(id, boss.who));
  expectStatus(await boss.switchTo(id), 200);
  return managedBy(id, boss);
}

export function managedBy(id: string, boss: Somebody): Company {
  const path = '/v1/enterprise/staff';
  const self: Company = {
    id,
    boss,
    invite: (who, more = {}) => boss.call('POST', path, { ...claimed(who), role: 'tax-handler', ...more }),
    async invited(who, more) {
      return expectStatus(await self.invite(who, more), 201).body.authorizationId;
    },
    async staff(state = 'active') {
      const all: Loose[] = [];
      for (let cursor = ''; ; ) {
        const { body } = expectStatus(await boss.call('GET', `${path}?state=${state}${cursor}`), 200);
        all.push(...body.staff);
        if (body.cursor === undefined) return all;
        cursor = `&cursor=${encodeURIComponent(body.cursor)}`;
      }
    },
    on: (authorizationId, what = '', method = 'POST', body = undefined) =>
      boss.call(method, `${path}/${authorizationId}${what && `/${what}`}`, body),
  };
  return self;
}

/** The person's own action on an authorization. */
export const decide = (who: Somebody, authorizationId: string, what: string) =>
  what === 'delete'
    ? who.call('DELETE', `/v1/authorizations/${authorizationId}`)
    : who.call('POST', `/v1/authorizations/${authorizationId}/${what}`);

export const applied = (who: Somebody, taxpayerId: string, more: object = {}) =>
  who.call('POST', '/v1/authorizations', { taxpayerId, role: 'tax-handler', ...more });

/** Calls of a hall counter. */
export const counter = (runtime: TestRuntime, claims: object = {}) => asChannel(runtime, 'hall', claims);

/** The `code` of a refusal, or the status. */
export const said = ({ status, body }: Reply<Loose>): string => body?.code ?? String(status);

/** The notices that a phone got, newest first. */
export const noticesTo = (runtime: TestRuntime, phone: string): string[] =>
  runtime
    .sms(phone)
    .filter(({ purpose }) => purpose === 'notice')
    .map(({ text }) => text);
