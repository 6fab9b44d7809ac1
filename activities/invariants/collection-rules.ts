/** What must hold of what is owed, and of what somebody has begun to pay: it goes on, and comes to an end. */
import { clockOf, IS_BEING_PAID, isOver } from './conditions.ts';
import type { InvariantRule } from './rules.ts';

export const COLLECTION_RULES: readonly InvariantRule[] = [
  {
    name: 'a pending order is being collected',
    query: `
      select o.id::text as subject, 'subscription ' || coalesce(s.id::text, 'none') || ' is ' || coalesce(s.status, 'missing') as detail
      from orders o left join subscriptions s on s.id = o.subscription_id
      where o.organization_id = :organization and o.status = 'pending' and s.status is distinct from 'canceled'
        and not coalesce(s.status = 'past_due' and o.next_payment_attempt_at is not null, false) and not ${IS_BEING_PAID}`,
  },
  {
    // Below 0 it holds balance, above it the credits of its lines have become balance.
    name: 'an unpaid order of an ended subscription holds no balance',
    query: `
      select o.id::text as subject, 'of balance ' || o.applied_balance_amount || ', credits of its lines ' || i.credit as detail
      from orders o join subscriptions s on s.id = o.subscription_id
      cross join lateral (
        select greatest(0, -coalesce(sum(amount + case when tax_behavior = 'exclusive' then tax_amount else 0 end), 0)) as credit
        from order_items where order_id = o.id and proration
      ) i
      where o.organization_id = :organization and o.status = 'pending' and s.status = 'canceled'
        and o.applied_balance_amount <> i.credit and not ${IS_BEING_PAID}`,
  },
  {
    name: 'no retry of a payment is overdue',
    query: `
      select o.id::text as subject, 'was to be tried on ' || o.next_payment_attempt_at as detail
      from orders o ${clockOf('o.customer_id')}
      where o.organization_id = :organization and o.status = 'pending' and not ${IS_BEING_PAID}
        and ${isOver('o.next_payment_attempt_at')}`,
  },
  {
    // The processor lives in real time, also where the customer lives on a test clock. A buyer may take their time.
    name: 'no payment is under way for hours',
    query: `
      select p.id::text as subject, p.amount || ' ' || p.currency || ' since ' || coalesce(p.begun_at, p.created_at) as detail
      from payments p left join checkouts k on k.id = p.checkout_id
      where p.organization_id = :organization and p.status = 'pending' and k.status is distinct from 'confirmed'
        and coalesce(p.begun_at, p.created_at) < :now::timestamptz - interval '3 hours'`,
  },
  {
    name: 'no checkout outlives its expiry',
    query: `
      select k.id::text as subject, k.status || ', expired on ' || k.expires_at as detail
      from checkouts k ${clockOf('k.customer_id')}
      where k.organization_id = :organization and k.status in ('open', 'confirmed') and ${isOver('k.expires_at', 60)}`,
  },
];
