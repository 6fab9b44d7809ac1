/** Ids of rows that need a process, page by page, in the order of ids. */
import type { EntityManager } from '../../db/orm.ts';

export interface PageOf {
  /** Only what was due before this instant, ms since 1970; null: whatever needs a process, due or not. */
  readonly dueBefore: number | null;
  /** The last id of the page before. */
  readonly after: string;
}

const SIZE = 500;

/** A customer's test clock is not compared with real time; but the processor lives in real time for all. */
const DUE_SUBSCRIPTIONS = `
  select s.id from subscriptions s join customers c on c.id = s.customer_id
    where s.status in ('trialing', 'active') and s.current_period_end < :before and c.test_clock_id is null
  union
  select s.id from subscriptions s join customers c on c.id = s.customer_id
    where s.status = 'active' and s.current_meter_period_end < :before and c.test_clock_id is null
      and s.current_meter_period_end < s.current_period_end
  union
  select s.id from subscriptions s join customers c on c.id = s.customer_id
    where s.status = 'paused' and s.resumes_at < :before and c.test_clock_id is null
  union
  select o.subscription_id from orders o join customers c on c.id = o.customer_id
    where o.next_payment_attempt_at < :before and c.test_clock_id is null
  union
  select o.subscription_id from payments p join orders o on o.id = p.order_id
    where p.status = 'pending' and p.begun_at < :before`;

const SUBSCRIPTIONS = `select id from subscriptions where status <> 'canceled'`;

/** Whoever pressed Pay waits, whatever the time; one that nobody pays has no process before its time is over. */
const checkoutsOverBy = (instant: ':before' | 'now()') => `
  select id from checkouts
    where status in ('open', 'confirmed') and (status = 'confirmed' or expires_at < ${instant})`;

/**
 * Only one whose card is being charged needs a process, and one of a running subscription has that one's; `begun_at` is
 * real time.
 */
const ORDERS = `
  select o.id from orders o join payments p on p.order_id = o.id left join subscriptions s on s.id = o.subscription_id
    where p.status = 'pending' and (o.status = 'draft' or (o.status = 'pending' and s.status = 'canceled'))`;

/** Paid, and not known to be recorded with the tax provider. */
const TAX_RECORDS = `
  select id from orders
    where tax_calculation_id is not null and tax_record_id is null and paid_at is not null`;

const METER_BACKFILLS = `select meter_id as id, started_at from meter_backfills where finished_at is null`;

const DELETIONS = 'select customer_id as id, began_at from customer_deletions';

export const pageOfSubscriptions = (em: EntityManager, page: PageOf) =>
  idsOf(em, page.dueBefore === null ? SUBSCRIPTIONS : DUE_SUBSCRIPTIONS, page);

export const pageOfCheckouts = (em: EntityManager, page: PageOf) =>
  idsOf(em, checkoutsOverBy(page.dueBefore === null ? 'now()' : ':before'), page);

export const pageOfOrders = (em: EntityManager, page: PageOf) =>
  idsOf(em, page.dueBefore === null ? ORDERS : `${ORDERS} and p.begun_at < :before`, page);

export const pageOfTaxRecords = (em: EntityManager, page: PageOf) =>
  idsOf(em, page.dueBefore === null ? TAX_RECORDS : `${TAX_RECORDS} and paid_at < :before`, page);

export const pageOfMeterBackfills = (em: EntityManager, page: PageOf) =>
  idsOf(em, page.dueBefore === null ? METER_BACKFILLS : `${METER_BACKFILLS} and started_at < :before`, page);

export const pageOfDeletions = (em: EntityManager, page: PageOf) =>
  idsOf(em, page.dueBefore === null ? DELETIONS : `${DELETIONS} where began_at < :before`, page);

async function idsOf(em: EntityManager, rows: string, { dueBefore, after }: PageOf): Promise<string[]> {
  const before = dueBefore === null ? null : new Date(dueBefore).toISOString();
  const sql = `select id from (${rows}) needed where id > :after order by id limit ${SIZE}`;
  const found: { id: string }[] = await em.execute(sql, { before, after });
  return found.map(({ id }) => id);
}
