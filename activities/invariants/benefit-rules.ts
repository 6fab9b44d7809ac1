/** What must hold of benefits: they are held as long as what gives them runs, and as it is wanted. */
import { clockOf, isOver } from './conditions.ts';
import type { InvariantRule } from './rules.ts';

export const BENEFIT_RULES: readonly InvariantRule[] = [
  {
    name: 'a running subscription holds the benefits of its product',
    query: `
      select s.id::text as subject, 'benefit ' || b.benefit_id || ' is ' || coalesce(g.wanted, 'not asked for') as detail
      from subscriptions s join product_benefits b on b.product_id = s.product_id
      join benefits x on x.id = b.benefit_id and x.deleted_at is null
      join prices p on p.id = s.price_id
      left join customer_seats c on c.subscription_id = s.id and c.status = 'claimed'
      left join benefit_grants g on g.subscription_id = s.id and g.benefit_id = b.benefit_id
        and g.member_id is not distinct from c.member_id
      where s.organization_id = :organization and s.status in ('active', 'trialing') and g.wanted is distinct from 'granted'
        and (p.amount_type <> 'seat_based' or p.unit_label is not null or c.id is not null)`,
  },
  {
    name: 'an ended or paused subscription holds no benefits',
    query: `
      select g.id::text as subject, 'still ' || g.wanted || ' by subscription ' || s.id as detail
      from subscriptions s join benefit_grants g on g.subscription_id = s.id
      where s.organization_id = :organization and s.status in ('canceled', 'paused') and g.wanted = 'granted'`,
  },
  {
    name: 'grants are as they are wanted, or say why not',
    query: `
      select g.id::text as subject, 'wanted ' || g.wanted || ' under version ' || g.version || ', done ' || g.done_version as detail
      from benefit_grants g join benefits b on b.id = g.benefit_id ${clockOf('g.customer_id')}
      where b.organization_id = :organization and g.error is null and g.done_version < g.version
        and ${isOver('g.wanted_at', 5)}`,
  },
  {
    name: 'a license key is as its grant',
    query: `
      select k.id::text as subject, 'key ' || k.status || ', grant ' || g.wanted as detail
      from license_keys k join benefit_grants g on g.id = k.grant_id
      where k.organization_id = :organization and g.done_version = g.version
        and ((g.wanted = 'granted' and k.status = 'revoked') or (g.wanted = 'revoked' and k.status = 'granted'))`,
  },
];
