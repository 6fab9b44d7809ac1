/** A benefit as the API shows it. */
import type { Benefit, BenefitPublic } from '../../schemas/benefit.ts';
import type { BenefitRow } from '../entities/benefit.ts';
import { identity } from './stamps.ts';

/** Its properties were checked by its type's schema when they were written. */
export function benefitView(row: BenefitRow): Benefit {
  return {
    ...shown(row),
    type: row.type,
    metadata: row.metadata,
    visibility: row.visibility,
    visibility_configurable: true,
    properties: row.properties,
  } as unknown as Benefit;
}

export function publicBenefitView(row: BenefitRow): BenefitPublic {
  return { ...shown(row), type: row.type as BenefitPublic['type'] };
}

function shown(row: BenefitRow) {
  const isDeleted = row.deletedAt !== null && row.deletedAt !== undefined;
  return {
    ...identity(row),
    description: row.description,
    selectable: !isDeleted,
    deletable: !isDeleted,
    is_deleted: isDeleted,
    organization_id: row.organization.id,
  };
}
