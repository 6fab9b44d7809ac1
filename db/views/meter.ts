/** A meter as merchants see it. */
import type { FilterTree, Meter } from '../../schemas/meter.ts';
import type { MeterRow } from '../entities/meter.ts';
import { identity, isoOrNull } from './stamps.ts';

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
  };
}
