/** What a meter is used for: while it is, what it counts can't change under those who pay for it. */
import type { MeterId } from '../../billing/ids.ts';
import type { EntityManager } from '../../db/orm.ts';
import { invalid } from '../errors.ts';

export async function hasCounted(em: EntityManager, id: MeterId): Promise<boolean> {
  return exists(em, 'usage_accounts where meter_id = ? and (count > 0 or next_count > 0 or generation > 0)', id);
}

export async function refuseChangingUsed(em: EntityManager, id: MeterId, field: string): Promise<void> {
  const by = await usedBy(em, id);
  if (by !== null) {
    throw invalid(['body', field], `${by} it: archive that first, or make another meter for what is to be counted.`);
  }
}

export async function refuseArchivingUsed(em: EntityManager, id: MeterId): Promise<void> {
  const by = await usedBy(em, id);
  if (by !== null) throw invalid(['body', 'is_archived'], `${by} it: archive or delete that first.`);
}

async function usedBy(em: EntityManager, id: MeterId): Promise<string | null> {
  if (await exists(em, 'prices where meter_id = ? and not is_archived', id)) return 'A product is sold by';
  // At a price that may be archived since.
  const subscribed = `subscription_meters m join subscriptions s on s.id = m.subscription_id
    where m.meter_id = ? and s.status <> 'canceled'`;
  if (await exists(em, subscribed, id)) return 'A subscription is billed by';
  const credit = `benefits where type = 'meter_credit' and deleted_at is null and properties ->> 'meter_id' = ?`;
  if (await exists(em, credit, id)) return 'A benefit gives credits of';
  return null;
}

async function exists(em: EntityManager, rows: string, id: MeterId): Promise<boolean> {
  const [found]: { found: boolean }[] = await em.execute(`select exists (select from ${rows}) as found`, [id]);
  return found?.found === true;
}
