/** What must hold of seats, and of what is held by them. */
import type { InvariantRule } from './rules.ts';

export const SEAT_RULES: readonly InvariantRule[] = [
  {
    name: 'no more seats are taken than were bought',
    query: `
      select coalesce(c.subscription_id, c.order_id)::text as subject,
        count(*) || ' taken of ' || coalesce(max(s.seats), max(o.seats), 0) as detail
      from customer_seats c left join subscriptions s on s.id = c.subscription_id left join orders o on o.id = c.order_id
      where c.status <> 'revoked' and coalesce(s.organization_id, o.organization_id) = :organization
      group by c.subscription_id, c.order_id having count(*) > coalesce(max(s.seats), max(o.seats), 0)`,
  },
  {
    name: 'whoever holds a benefit by a seat has claimed one',
    query: `
      select g.id::text as subject, 'held by member ' || g.member_id as detail
      from benefit_grants g join benefits b on b.id = g.benefit_id
      where b.organization_id = :organization and g.member_id is not null and g.wanted = 'granted' and not exists (
        select 1 from customer_seats c where c.member_id = g.member_id and c.status = 'claimed'
          and (c.subscription_id = g.subscription_id or c.order_id = g.order_id))`,
  },
];
