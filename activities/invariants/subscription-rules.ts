/** What must hold of subscriptions: their periods are billed, and what is due next comes. */
import { clockOf, IS_BEING_PAID, isOver } from './conditions.ts';
import type { InvariantRule } from './rules.ts';

export const SUBSCRIPTION_RULES: readonly InvariantRule[] = [
  {
    name: 'every period that a subscription has opened is billed',
    query: `
      select s.id::text as subject, 'cycle ' || s.cycle || ' without an order' as detail
      from subscriptions s
      where s.organization_id = :organization and s.cycle > 0 and s.checkout_id is not null
        and not exists (select 1 from orders o where o.subscription_id = s.id and o.cycle = s.cycle)
        and exists (select 1 from orders o where o.subscription_id = s.id and o.status = 'paid' and o.cycle = s.cycle - 1)
        -- What the one before paid late may be for this period: those in between were not delivered.
        and not exists (select 1 from orders o join payments p on p.order_id = o.id and p.status = 'succeeded'
          where o.subscription_id = s.id and o.cycle = s.cycle - 1 and p.modified_at >= s.current_period_start)`,
  },
  {
    name: 'no renewal is overdue',
    query: `
      select s.id::text as subject, s.status || ', period ended ' || s.current_period_end as detail
      from subscriptions s ${clockOf('s.customer_id')}
      where s.organization_id = :organization and s.status in ('active', 'trialing')
        and ${isOver('s.current_period_end')}`,
  },
  {
    name: 'no meter cycle is overdue',
    query: `
      select s.id::text as subject, 'meter period ended ' || s.current_meter_period_end as detail
      from subscriptions s ${clockOf('s.customer_id')}
      where s.organization_id = :organization and s.status = 'active'
        and s.current_meter_period_end < s.current_period_end and ${isOver('s.current_meter_period_end')}`,
  },
  {
    name: 'no pause outlasts its date',
    query: `
      select s.id::text as subject, 'was to resume on ' || s.resumes_at as detail
      from subscriptions s ${clockOf('s.customer_id')}
      where s.organization_id = :organization and s.status = 'paused' and ${isOver('s.resumes_at')}`,
  },
  {
    name: 'a subscription that is past due has an unpaid order that will be tried',
    query: `
      select s.id::text as subject, 'no pending order with a next attempt' as detail
      from subscriptions s
      where s.organization_id = :organization and s.status = 'past_due' and not exists (
        select 1 from orders o where o.subscription_id = s.id and o.status = 'pending'
          and (o.next_payment_attempt_at is not null or ${IS_BEING_PAID}))`,
  },
  {
    name: 'a subscription that has ended says when',
    query: `
      select s.id::text as subject, s.status || ', ended at ' || coalesce(s.ended_at::text, 'never') as detail
      from subscriptions s
      where s.organization_id = :organization and (s.status = 'canceled') <> (s.ended_at is not null)`,
  },
];
