/** All that a life has left in the database, read at once; and the product's own invariants asked in one statement. */
import type pg from 'pg';
import { z } from 'zod';
import { INVARIANT_RULES } from '../../activities/invariants/rules.ts';
import type { CustomerId, OrganizationId, SubscriptionId } from '../../billing/ids.ts';

const Line = z.object({
  label: z.string(),
  amount: z.int(),
  proration: z.boolean(),
  product_price_id: z.string().nullable(),
});

const Order = z.object({
  id: z.string(),
  subscription: z.string(),
  status: z.string(),
  reason: z.string(),
  cycle: z.int().nullable(),
  subtotal_amount: z.int(),
  discount_amount: z.int(),
  net_amount: z.int(),
  tax_amount: z.int(),
  total_amount: z.int(),
  applied_balance_amount: z.int(),
  lines: z.array(Line),
});
export type SnapshotOrder = z.infer<typeof Order>;

const Subscription = z.object({
  id: z.string(),
  product: z.string(),
  status: z.string(),
  cycle: z.int(),
  past_due_at: z.string().nullable(),
  granted: z.array(z.string()),
  waiting: z.array(Line),
});

const Snapshot = z.object({
  orders: z.array(Order),
  payments: z.array(z.object({ order: z.string().nullable(), status: z.string(), amount: z.int() })),
  subscriptions: z.array(Subscription),
  balance: z.int(),
  books: z.record(z.string(), z.int()),
});
export type Snapshot = z.infer<typeof Snapshot>;

const lines = (table: string, where: string) => `coalesce((select json_agg(json_build_object(
    'label', l.label, 'amount', l.amount, 'proration', l.proration,
    'product_price_id', l.price_id) order by l.position) from ${table} l where ${where}), '[]')`;

const SNAPSHOT = `select json_build_object(
  'orders', coalesce((select json_agg(json_build_object(
      'id', o.id, 'subscription', o.subscription_id, 'status', o.status, 'reason', o.billing_reason, 'cycle', o.cycle,
      'subtotal_amount', o.subtotal_amount, 'discount_amount', o.discount_amount, 'net_amount', o.net_amount,
      'tax_amount', o.tax_amount, 'total_amount', o.total_amount, 'applied_balance_amount', o.applied_balance_amount,
      'lines', ${lines('order_items', 'l.order_id = o.id')}))
    from orders o where o.organization_id = $1), '[]'),
  'payments', coalesce((select json_agg(json_build_object('order', p.order_id, 'status', p.status, 'amount', p.amount))
    from payments p where p.organization_id = $1), '[]'),
  'subscriptions', coalesce((select json_agg(json_build_object(
      'id', s.id, 'product', s.product_id, 'status', s.status, 'cycle', s.cycle, 'past_due_at', s.past_due_at,
      'granted', coalesce((select json_agg(b.description order by b.description)
        from benefit_grants g join benefits b on b.id = g.benefit_id
        where g.subscription_id = s.id and g.wanted = 'granted'), '[]'),
      'waiting', ${lines('billing_entries', 'l.subscription_id = s.id and l.order_id is null')}))
    from subscriptions s where s.organization_id = $1), '[]'),
  'balance', coalesce((select sum(amount) from customer_balances where customer_id = $2), 0),
  'books', coalesce((select json_object_agg(account, amount) from (
      select e.account, sum(e.amount) as amount from ledger_entries e join ledger_transactions t on t.id = e.transaction_id
      where t.organization_id = $1 group by e.account) booked), '{}')) as snapshot`;

export async function snapshotOf(pool: pg.Pool, organization: OrganizationId, customer: CustomerId): Promise<Snapshot> {
  const { rows } = await pool.query({ name: 'snapshot', text: SNAPSHOT, values: [organization, customer] });
  return Snapshot.parse(rows[0]?.snapshot);
}

export function newOrders(before: Snapshot, after: Snapshot): SnapshotOrder[] {
  const known = new Set(before.orders.map(({ id }) => id));
  return after.orders.filter(({ id }) => !known.has(id));
}

export const waitingOf = ({ subscriptions }: Snapshot, id: SubscriptionId) =>
  subscriptions.find((subscription) => subscription.id === id)?.waiting ?? [];

/** Grants are carried out by processes of their own, which don't run here. */
const OF_OTHERS = new Set(['grants are as they are wanted, or say why not']);

const RULES = INVARIANT_RULES.filter(({ name }) => !OF_OTHERS.has(name))
  .map(({ name, query }) => {
    const text = query
      .replaceAll(':organization', '$1')
      .replaceAll(/:now\b(?!::)|:now::timestamptz/g, '$2::timestamptz');
    return `select '${name.replaceAll("'", "''")}' as rule, r.subject, r.detail from (${text}) r`;
  })
  .join('\nunion all ');

/** What the product itself would name as wrong. */
export async function disagreements(pool: pg.Pool, organization: OrganizationId): Promise<string[]> {
  const { rows } = await pool.query({ name: 'rules', text: RULES, values: [organization, new Date()] });
  return rows.map(({ rule, subject, detail }) => `${rule}: ${subject}, ${detail}`);
}
