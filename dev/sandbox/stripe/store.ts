/** What the sandbox holds, in one SQLite file that outlives the process: objects as they are shown, and private facts. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type Stripe from 'stripe';
import type { StoredDispute } from './disputes.ts';
import { invalid } from './failures.ts';
import type { Filter, Listed, Page } from './listing.ts';
import { conditions, conditionValues } from './listing.ts';

export interface Kinds {
  balance_transaction: Stripe.BalanceTransaction;
  charge: Stripe.Charge;
  confirmation_token: Stripe.ConfirmationToken;
  customer: Stripe.Customer;
  dispute: StoredDispute;
  event: StoredEvent;
  payment_intent: Stripe.PaymentIntent;
  payment_method: Stripe.PaymentMethod;
  refund: Stripe.Refund;
  setup_attempt: Stripe.SetupAttempt;
  setup_intent: Stripe.SetupIntent;
  webhook_endpoint: Stripe.WebhookEndpoint;
}
export type Kind = keyof Kinds;
export type Stored = Kinds[Kind];

/** An event's object may be of any kind, which Stripe's own type says by a union of hundreds. */
export interface StoredEvent extends Omit<Stripe.EventBase, 'type'> {
  readonly type: string;
}

const TABLES = `
  create table if not exists objects (
    seq integer primary key autoincrement, id text not null unique, kind text not null, created integer not null,
    customer text, payment_intent text, charge text, email text, type text, source text, body text not null);
  create index if not exists objects_by_kind on objects (kind, seq);
  create index if not exists objects_by_customer on objects (customer, kind, seq) where customer is not null;
  create index if not exists objects_by_intent on objects (payment_intent, kind, seq) where payment_intent is not null;
  create index if not exists objects_by_charge on objects (charge, kind, seq) where charge is not null;
  create index if not exists objects_by_email on objects (email, kind, seq) where email is not null;
  create table if not exists facts (id text primary key, body text not null) without rowid;
  create table if not exists replays (
    key text primary key, request text not null, status integer not null, body text not null,
    request_id text not null, at integer not null) without rowid;
  create index if not exists replays_by_age on replays (at);
  create table if not exists endings (refund text primary key, ending text not null, due integer not null) without rowid;
  create table if not exists deliveries (
    seq integer primary key autoincrement, event text not null, endpoint text not null,
    attempts integer not null, due integer not null);
  create index if not exists deliveries_due on deliveries (due, seq);
`;

export class Store {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000;');
    this.#db.exec(TABLES);
  }

  /** All or nothing; `work` must not wait for anything. */
  transaction<T>(work: () => T): T {
    this.#db.exec('begin immediate');
    try {
      const result = work();
      this.#db.exec('commit');
      return result;
    } catch (error) {
      this.#db.exec('rollback');
      throw error;
    }
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.#prepared(sql).run(...values);
  }

  rows(sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
    return this.#prepared(sql).all(...values);
  }

  /** Adds the object, or replaces it where it stands. */
  put<K extends Kind>(kind: K, object: Kinds[K]): Kinds[K] {
    const index = indexed(object);
    this.run(
      `insert into objects (id, kind, created, customer, payment_intent, charge, email, type, source, body)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (id) do update set customer = excluded.customer, email = excluded.email, body = excluded.body`,
      ...[object.id, kind, object.created],
      ...[index('customer'), index('payment_intent'), index('charge'), index('email'), index('type'), index('source')],
      JSON.stringify(object),
    );
    return object;
  }

  find<K extends Kind>(kind: K, id: string): Kinds[K] | undefined {
    const row = this.#prepared('select body from objects where id = ? and kind = ?').get(id, kind);
    return row && parsed<Kinds[K]>(row.body);
  }

  findAny(id: string): Stored | Stripe.DeletedCustomer | undefined {
    const row = this.#prepared('select body from objects where id = ?').get(id);
    return row && parsed<Stored | Stripe.DeletedCustomer>(row.body);
  }

  /** Out of every list, but what is left can still be retrieved and expanded. */
  bury(id: string, remains: Stripe.DeletedCustomer): void {
    this.run("update objects set kind = 'deleted', email = null, body = ? where id = ?", JSON.stringify(remains), id);
  }

  remove(id: string): void {
    this.run('delete from objects where id = ?', id);
  }

  /** Newest first. A cursor is the id of an object of the same kind. */
  list<K extends Kind>(kind: K, filter: Filter, page: Page, url: string): Listed<Kinds[K]> {
    const limit = page.limit ?? 10;
    if (limit < 1 || limit > 100) throw invalid('Limit must be between 1 and 100', 'limit');
    const backwards = page.ending_before !== undefined;
    const where = ['kind = ?', ...conditions(filter)];
    const values = [kind, ...conditionValues(filter)];
    const cursor = page.ending_before ?? page.starting_after;
    if (cursor !== undefined) {
      if (!this.find(kind, cursor))
        throw invalid(
          `No such ${kind}: '${cursor}'`,
          backwards ? 'ending_before' : 'starting_after',
          'resource_missing',
        );
      where.push(`seq ${backwards ? '>' : '<'} (select seq from objects where id = ?)`);
      values.push(cursor);
    }
    const order = backwards ? 'asc' : 'desc';
    const sql = `select body from objects where ${where.join(' and ')} order by seq ${order} limit ?`;
    const found = this.rows(sql, ...values, limit + 1).map((row) => parsed<Kinds[K]>(row.body));
    const data = found.slice(0, limit);
    if (backwards) data.reverse();
    return { object: 'list', data, has_more: found.length > limit, url };
  }

  /** Private state under a name, such as how a card behaves. */
  fact<T>(id: string): T | undefined {
    const row = this.#prepared('select body from facts where id = ?').get(id);
    return row && parsed<T>(row.body);
  }

  setFact(id: string, fact: unknown): void {
    this.run(
      'insert into facts values (?, ?) on conflict (id) do update set body = excluded.body',
      id,
      JSON.stringify(fact),
    );
  }

  counts(): Record<string, number> {
    const rows = this.rows('select kind, count(*) as count from objects group by kind order by kind');
    return Object.fromEntries(rows.map((row) => [String(row.kind), Number(row.count)]));
  }

  close(): void {
    this.#db.close();
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** Only this file writes bodies, from values of the type that is asked for. */
function parsed<T>(body: unknown): T {
  return JSON.parse(String(body));
}

function indexed(object: Stored) {
  const values = new Map<string, unknown>(Object.entries(object));
  return (name: string): string | null => {
    const value = values.get(name);
    return typeof value === 'string' ? value : null;
  };
}
