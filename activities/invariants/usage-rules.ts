/** What must hold of customers' meters: their credits, and who bills them. */
import type { InvariantRule } from './rules.ts';

export const USAGE_RULES: readonly InvariantRule[] = [
  {
    name: 'what a customer is credited with is what is left of their credits',
    query: `
      select m.id::text as subject, m.credited || ' credited, ' || coalesce(c.units, 0) || ' left' as detail
      from customer_meters m join meters on meters.id = m.meter_id left join lateral (
        select sum(units) as units from meter_credits where customer_id = m.customer_id and meter_id = m.meter_id) c on true
      where meters.organization_id = :organization and m.credited <> coalesce(c.units, 0)`,
  },
  {
    name: 'a meter is counted by a subscription that runs and has it',
    query: `
      select m.id::text as subject, 'counted by ' || m.subscription_id as detail
      from customer_meters m join meters on meters.id = m.meter_id join subscriptions s on s.id = m.subscription_id
      where meters.organization_id = :organization and (s.open_meters = 0 or s.status in ('paused', 'canceled')
        or not exists (select 1 from subscription_meters x where x.subscription_id = s.id and x.meter_id = m.meter_id))`,
  },
];
