/** Grants of units, carried out as their own processes would: what is taken away first. Others do nothing here. */
import { benefitActivities } from '../../activities/benefits/index.ts';
import { type BenefitTypes, loadBenefitTypes } from '../../benefits/registry.ts';
import type { GrantId } from '../../billing/ids.ts';
import type { LivesDatabase } from './database.ts';
import type { Stage } from './stage.ts';

let loaded: Promise<BenefitTypes> | null = null;

export async function carryOutGrants({ deps, pool }: LivesDatabase, { customerId }: Stage): Promise<void> {
  const { rows } = await pool.query<{ id: GrantId }>({ name: 'grants', text: UNDONE, values: [customerId] });
  if (rows.length === 0) return;
  loaded ??= loadBenefitTypes();
  const { reconcileGrant } = benefitActivities(deps, await loaded);
  for (const { id } of rows) await reconcileGrant({ grantId: id });
}

const UNDONE = `select g.id from benefit_grants g join benefits b on b.id = g.benefit_id
  where g.customer_id = $1 and g.done_version < g.version and b.type = 'meter_credit'
  order by g.wanted desc, g.created_at, g.id`;
