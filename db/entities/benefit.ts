import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { BenefitId } from '../../billing/ids.ts';
import { instant, metadata, timestamps } from './columns.ts';
import { Organization } from './organization.ts';

/** Something a product gives: its type says how it is granted (`benefits/`), its properties what exactly. */
export const Benefit = defineEntity({
  name: 'Benefit',
  tableName: 'benefits',
  properties: {
    id: p.uuid().$type<BenefitId>().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    type: p.text(),
    description: p.text(),
    properties: p.json<Record<string, unknown>>(),
    metadata: metadata(),
    visibility: p.enum(['draft', 'private', 'public']).default('public'),
    deletedAt: instant().nullable(),
  },
  indexes: [{ properties: ['organization'] }],
});
export type BenefitRow = InferEntity<typeof Benefit>;
