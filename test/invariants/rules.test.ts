/** Each rule is broken once, by writing straight into the database, and must say so. */
import { compareRows } from '../../activities/invariants/rows.ts';
import { INVARIANT_RULES } from '../../activities/invariants/rules.ts';
import type { EntityManager } from '../../db/orm.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';
import { aHealthyShop, type Healthy, type HealthyOptions } from './healthy.ts';

let database: FreshDatabase;

beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

/** The rules that are broken after these statements, which are taken back afterwards. */
async function brokenBy(statements: readonly string[], options?: HealthyOptions): Promise<string[]> {
  const em = database.orm.em.fork();
  await em.begin();
  try {
    const shop = await aHealthyShop(em, options);
    for (const statement of statements) await write(em, shop, statement);
    return (await broken(em, shop)).toSorted();
  } finally {
    await em.rollback();
  }
}

async function write(em: EntityManager, shop: Healthy, statement: string): Promise<void> {
  await em.execute(statement.replaceAll(':organization', `'${shop.organizationId}'`));
}

async function broken(em: EntityManager, { organizationId }: Healthy): Promise<string[]> {
  const disagreements = await compareRows(em, { organizationId, at: new Date(), named: 20 });
  return [...new Set(disagreements.map(({ rule }) => rule))];
}

const PAST_DUE = `update subscriptions set status = 'past_due', past_due_at = now()`;
const UNPAID = `update orders set status = 'pending', next_payment_attempt_at`;

const SEAT = `
  with grace as (
    insert into members (id, created_at, customer_id, email, role)
    select gen_random_uuid(), now(), id, 'grace@example.com', 'owner' from customers
    where not exists (select from members) returning id, customer_id)
  insert into customer_seats (id, created_at, customer_id, subscription_id, member_id, status)
  select gen_random_uuid(), now(), grace.customer_id, s.id, grace.id, 'pending'
  from grace join subscriptions s on s.customer_id = grace.customer_id`;
const METER = `
  with meter as (
    insert into meters (id, created_at, organization_id, name, filter, aggregation, counts_from)
    values (gen_random_uuid(), now(), :organization, 'Calls', '{}', '{}', now()) returning id)
  insert into customer_meters (id, created_at, customer_id, meter_id)
  select gen_random_uuid(), now(), customers.id, meter.id from meter, customers`;
const CHANGE = (status: string) => `
  insert into subscription_changes (id, created_at, subscription_id, status, product_id, price_id, amount)
  select gen_random_uuid(), now(), id, '${status}', product_id, price_id, amount from subscriptions`;

const BREAKING: Readonly<Record<string, readonly string[]>> = {
  'each ledger transaction sums to zero': [
    `insert into ledger_transactions (id, organization_id, kind, source_id, currency, at)
     values (gen_random_uuid(), :organization, 'payment', gen_random_uuid(), 'usd', now())`,
  ],
  'each succeeded payment is in the books with its amount': ['update payments set amount = amount + 1'],
  'what is in the books comes from a succeeded payment': [`update payments set status = 'failed'`],
  'the fees in the books are those of the payment and its order': ['update payments set processor_fee = null'],
  'each order adds up': ['update orders set tax_amount = 1'],
  'a paid order was paid once, in full': ['update payments set order_id = null'],
  'a customer’s balance is what the books say': [
    `insert into customer_balances (id, created_at, customer_id, currency, amount) select id, created_at, id, 'usd', 500 from customers`,
  ],
  'what an order took from the balance is in the books': ['update orders set applied_balance_amount = -500'],
  'a wallet for usage pays for no more than was used': ['update orders set applied_usage_wallet_amount = -500'],
  'what a merchant gave to a balance is in the books': [
    `insert into balance_adjustments (id, created_at, organization_id, customer_id, currency, amount, reason, idempotency_key)
     select gen_random_uuid(), now(), :organization, id, 'usd', 500, 'Thanks', 'once' from customers`,
  ],
  'a payment that succeeded has paid its order': [`update orders set status = 'void'`],
  'invoice numbers have no gaps': ['update organizations set next_invoice_number = 5'],
  'a customer’s own invoice numbers have no gaps': ['update customers set next_invoice_number = 5'],
  'a pending order is being collected': [PAST_DUE, `${UNPAID} = null`],
  'an unpaid order of an ended subscription holds no balance': [
    `update subscriptions set status = 'canceled', ended_at = now()`,
    `update orders set status = 'pending', applied_balance_amount = -500`,
  ],
  'no retry of a payment is overdue': [PAST_DUE, `${UNPAID} = now() - interval '1 hour'`],
  'no payment is under way for hours': [
    `update payments set status = 'pending', begun_at = now() - interval '4 hours'`,
  ],
  'no checkout outlives its expiry': [
    `update checkouts set status = 'confirmed', expires_at = now() - interval '2 hours'`,
  ],
  'every period that a subscription has opened is billed': [
    `update subscriptions set cycle = 2, current_period_start = current_period_start + interval '1 month'`,
  ],
  'no renewal is overdue': [`update subscriptions set current_period_end = now() - interval '1 hour'`],
  'no meter cycle is overdue': [
    `update subscriptions set meter_interval = 'day', meter_interval_count = 1,
       current_meter_period_end = now() - interval '1 hour'`,
  ],
  'no pause outlasts its date': [`update subscriptions set status = 'paused', resumes_at = now() - interval '1 hour'`],
  'a subscription that is past due has an unpaid order that will be tried': [PAST_DUE],
  'a subscription that has ended says when': [`update subscriptions set status = 'canceled'`],
  'a running subscription holds the benefits of its product': [`update benefit_grants set wanted = 'revoked'`],
  'an ended or paused subscription holds no benefits': [
    `update subscriptions set status = 'canceled', ended_at = now()`,
  ],
  'grants are as they are wanted, or say why not': [
    `update benefit_grants set version = 2, wanted_at = now() - interval '1 hour'`,
  ],
  'what a customer is credited with is what is left of their credits': [
    METER,
    'update customer_meters set credited = 5',
  ],
  'a meter is counted by a subscription that runs and has it': [
    METER,
    'update customer_meters set subscription_id = (select id from subscriptions limit 1)',
  ],
  'no more seats are taken than were bought': [SEAT],
  'whoever holds a benefit by a seat has claimed one': [
    SEAT,
    `update benefit_grants set member_id = (select id from members limit 1)`,
  ],
  'what waited for an order is on it': [
    `insert into billing_entries (id, created_at, subscription_id, position, label, amount, order_id)
     select gen_random_uuid(), now(), s.id, 0, 'Unused time', -500, o.id
     from subscriptions s join orders o on o.subscription_id = s.id`,
  ],
  'what waits for an order is counted, and the order will come': [
    `insert into billing_entries (id, created_at, subscription_id, position, label, amount)
     select gen_random_uuid(), now(), id, 0, 'Unused time', -500 from subscriptions`,
  ],
  'a change waits for its money only while that is asked for': [CHANGE('charging')],
  'a pending change is that of its subscription': [CHANGE('pending')],
  'the tax of an order is that of its jurisdictions': [`update orders set tax_rates = '[{"amount": 200}]'`],
  'the tax of each paid order is in the books, and of no other': ['update orders set tax_amount = 200'],
  'what is owed to tax offices is the tax of paid orders, less what was refunded': [
    'update orders set refunded_tax_amount = 200',
  ],
  'the tax of a paid order is recorded with its provider within a day': [
    `update orders set tax_calculation_id = 'taxcalc_1', paid_at = now() - interval '2 days'`,
  ],
  'a license key is as its grant': [`update license_keys set status = 'revoked'`],
};

it('every rule is broken here', () => {
  expect(Object.keys(BREAKING)).toEqual(expect.arrayContaining(INVARIANT_RULES.map(({ name }) => name)));
});

it.each([{}, { invoiceNumbering: 'customer' as const }, { clockShows: new Date('2031-03-01T00:00:00Z') }])(
  'where all is well, no rule is broken: %j',
  async (options) => {
    expect(await brokenBy([], options)).toEqual([]);
  },
);

it.each(Object.entries(BREAKING))('%s', async (rule, statements) => {
  expect(await brokenBy(statements)).toContain(rule);
});

describe('on a clock that is ahead of real time', () => {
  const options = { clockShows: new Date('2031-03-01T00:00:00Z') };
  const onTheDot = [
    ['no renewal is overdue', [`update subscriptions set current_period_end = '2031-03-01'`]],
    ['no retry of a payment is overdue', [PAST_DUE, `${UNPAID} = '2031-03-01'`]],
    ['grants are as they are wanted, or say why not', ['update benefit_grants set version = 2']],
    ['no checkout outlives its expiry', [`update checkouts set status = 'confirmed', expires_at = '2031-03-01'`]],
  ] as const;

  it.each(onTheDot)('%s: what is due at this very instant counts', async (rule, statements) => {
    expect(await brokenBy(statements, options)).toContain(rule);
  });

  it.each(onTheDot)('%s: not while it advances', async (rule, statements) => {
    const advancing = `update test_clocks set status = 'advancing'`;
    expect(await brokenBy([...statements, advancing], options)).not.toContain(rule);
  });
});

describe('what is not broken', () => {
  const charging = `
    insert into payments (id, created_at, organization_id, customer_id, order_id, attempt, trigger, amount, currency, begun_at)
    select gen_random_uuid(), now(), organization_id, customer_id, id, 2, 'retry_dunning', total_amount, currency, now() from orders`;

  it('an order whose payment is under way', async () => {
    const rules = await brokenBy([PAST_DUE, `${UNPAID} = now() - interval '1 hour'`, charging]);
    expect(rules).not.toContain('no retry of a payment is overdue');
    expect(rules).not.toContain('a pending order is being collected');
  });

  it('what an ended subscription still owes', async () => {
    const ended = `update subscriptions set status = 'canceled', ended_at = now()`;
    expect(await brokenBy([ended, `${UNPAID} = null`])).not.toContain('a pending order is being collected');
  });

  it('a payment that waits for its buyer at the bank', async () => {
    const waiting = [
      `update payments set status = 'pending', begun_at = now() - interval '4 hours'`,
      `update checkouts set status = 'confirmed', expires_at = now() + interval '1 hour'`,
    ];
    expect(await brokenBy(waiting)).not.toContain('no payment is under way for hours');
  });
});
