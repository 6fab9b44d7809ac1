/** What a price's row says, as the rules want it. */
import type { PriceTerms } from '../billing/prices.ts';
import type { PriceRow } from './entities/price.ts';

export function priceTerms(row: PriceRow): PriceTerms {
  switch (row.amountType) {
    case 'free':
      return { kind: 'free' };
    case 'fixed':
      return { kind: 'fixed', amount: row.amount };
    case 'custom':
      return {
        kind: 'custom',
        minimum: row.minimumAmount ?? 0,
        maximum: row.maximumAmount ?? null,
        preset: row.presetAmount ?? null,
      };
    case 'seat_based':
      if (!row.seatTiers) throw new Error(`The seat-based price ${row.id} has no tiers.`);
      return { kind: 'seat_based', unit: row.unitLabel ?? null, ...row.seatTiers };
    case 'metered_unit':
      if (!row.meter || !row.unitAmount) throw new Error(`The metered price ${row.id} has no meter.`);
      return { kind: 'metered_unit', meterId: row.meter.id, unitAmount: row.unitAmount, cap: row.capAmount ?? null };
  }
}
