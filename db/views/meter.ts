/** A meter as merchants see it. */
import type { FilterTree, Meter, MeterBackfill as MeterBackfillShape } from '../../schemas/meter.ts';
import type { MeterRow } from '../entities/meter.ts';
import { MeterBackfill, type MeterBackfillRow } from '../entities/meter-backfill.ts';
import type { EntityManager } from '../orm.ts';
import { identity, iso, isoOrNull } from './stamps.ts';

/** With how far they have got with the time before them. */
export async function meterViews(em: EntityManager, rows: readonly MeterRow[]): Promise<Meter[]> {
  const ids = rows.map(({ id }) => id);
  const backfills = await em.find(MeterBackfill, { meterId: { $in: ids } }, { disableIdentityMap: true });
  return rows.map((row) => {
    const backfill = backfills.find(({ meterId }) => meterId === row.id);
    return backfill ? { ...meterView(row), backfill: backfillView(backfill) } : meterView(row);
  });
}

const backfillView = (row: MeterBackfillRow): MeterBackfillShape => ({
  status: row.finishedAt ? 'finished' : 'running',
  looked: row.looked,
  counted: row.counted,
  started_at: iso(row.startedAt),
  finished_at: isoOrNull(row.finishedAt),
});

export function meterView(row: MeterRow): Meter {
  return {
    ...identity(row),
    metadata: row.metadata,
    name: row.name,
    unit: row.unit,
    custom_label: row.customLabel ?? null,
    custom_multiplier: row.customMultiplier ?? null,
    filter: row.filter as FilterTree,
    aggregation: row.aggregation,
    organization_id: row.organization.id,
    archived_at: isoOrNull(row.archivedAt),
    thresholds: row.thresholds,
  };
}
