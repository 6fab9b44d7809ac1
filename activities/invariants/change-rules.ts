/** What must hold of changes of what subscriptions are for, and of what waits for an order because of them. */
import type { InvariantRule } from './rules.ts';

export const CHANGE_RULES: readonly InvariantRule[] = [
  {
    name: 'what waited for an order is on it',
    query: `
      select e.id::text as subject, e.label || ' of ' || e.amount || ' is not on order ' || e.order_id as detail
      from billing_entries e join subscriptions s on s.id = e.subscription_id
      where s.organization_id = :organization and e.order_id is not null and not exists (
        select 1 from order_items i
        where i.order_id = e.order_id and i.proration = e.proration and i.amount = e.amount and i.label = e.label)`,
  },
  {
    name: 'what waits for an order is counted, and the order will come',
    query: `
      select s.id::text as subject, s.status || ', counts ' || s.waiting_entries || ', waiting: ' || count(e.id) as detail
      from subscriptions s left join billing_entries e on e.subscription_id = s.id and e.order_id is null
      where s.organization_id = :organization group by s.id
      having count(e.id) <> s.waiting_entries or (s.status = 'canceled' and count(e.id) > 0)`,
  },
  {
    name: 'a change waits for its money only while that is asked for',
    query: `
      select h.id::text as subject, h.status || ', order ' || coalesce(o.status, 'missing') as detail
      from subscription_changes h join subscriptions s on s.id = h.subscription_id left join orders o on o.id = h.order_id
      where s.organization_id = :organization and (
        (h.status = 'charging' and not exists (
          select 1 from payments p where p.order_id = h.order_id and p.status = 'pending'))
        or (h.order_id is not null and (h.status = 'applied') <> (o.status in ('paid', 'refunded', 'partially_refunded')))
      )`,
  },
  {
    name: 'a pending change is that of its subscription',
    query: `
      select h.id::text as subject, 'pending, but its subscription ' || s.id || ' has ' ||
        coalesce(s.pending_change_id::text, 'none') as detail
      from subscription_changes h join subscriptions s on s.id = h.subscription_id
      where s.organization_id = :organization and (h.status = 'pending') <> (s.pending_change_id is not distinct from h.id)`,
  },
];
