/** One subscription, read and shown by a single statement: what merchants' servers ask for all day. */
import type { OrganizationId } from '../../billing/ids.ts';
import type { Subscription as SubscriptionShape } from '../../schemas/subscription.ts';
import { usageOfSubscriptions } from '../customer-meters.ts';
import { Subscription, type SubscriptionRow } from '../entities/subscription.ts';
import type { EntityManager } from '../orm.ts';
import { plainRow } from '../plain-rows.ts';
import { subscriptionView } from './subscription.ts';

/** The relations are those of SUBSCRIPTION_POPULATE. */
const STATEMENT = `
  select to_jsonb(s) || jsonb_build_object(
    'customer', to_jsonb(c),
    'discount', to_jsonb(d) || jsonb_build_object(
      'redemptions_count', (select count(*) from discount_redemptions where discount_id = d.id)),
    'price', to_jsonb(r) || jsonb_build_object('unit_amount', r.unit_amount::text,
      'meter', (select to_jsonb(m) from meters m where m.id = r.meter_id)),
    'meters', (
      select jsonb_agg(to_jsonb(u) || jsonb_build_object('meter', to_jsonb(m),
        'price', to_jsonb(q) || jsonb_build_object('unit_amount', q.unit_amount::text, 'meter', to_jsonb(m))))
      from subscription_meters u join meters m on m.id = u.meter_id left join prices q on q.id = u.price_id
      where u.subscription_id = s.id),
    'pendingChange', to_jsonb(x),
    'product', to_jsonb(p) || jsonb_build_object(
      'prices', (
        select jsonb_agg(to_jsonb(q) || jsonb_build_object('unit_amount', q.unit_amount::text, 'meter', to_jsonb(m)))
        from prices q left join meters m on m.id = q.meter_id where q.product_id = p.id),
      'benefits', (
        select jsonb_agg(to_jsonb(b) order by pb.id)
        from product_benefits pb join benefits b on b.id = pb.benefit_id where pb.product_id = p.id),
      'attachedFields', (
        select jsonb_agg(to_jsonb(a) || jsonb_build_object('customField', to_jsonb(f)))
        from product_custom_fields a join custom_fields f on f.id = a.custom_field_id where a.product_id = p.id))) as row
  from subscriptions s
    join customers c on c.id = s.customer_id
    join products p on p.id = s.product_id
    join prices r on r.id = s.price_id
    left join discounts d on d.id = s.discount_id
    left join subscription_changes x on x.id = s.pending_change_id
  where s.id = ? and s.organization_id = ?`;

/** Null where the organization has no such subscription. */
export async function readSubscription(
  em: EntityManager,
  organization: OrganizationId,
  id: string,
): Promise<SubscriptionShape | null> {
  const [found] = await em.getConnection().execute<{ row: Record<string, unknown> }[]>(STATEMENT, [id, organization]);
  if (found === undefined) return null;
  const row = plainRow(em.getMetadata(Subscription), found.row) as unknown as SubscriptionRow;
  const usages = await usageOfSubscriptions(em, [row]);
  return subscriptionView(row, usages.get(row.id));
}
