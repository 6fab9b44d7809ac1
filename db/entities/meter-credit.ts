import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { CREDIT_LIVES } from '../../billing/credits.ts';
import type { CustomerId, GrantId, MeterId } from '../../billing/ids.ts';
import { instant } from './columns.ts';

/** What is left of the units that a grant credits, as it was when the meter's running period began. */
export const MeterCredit = defineEntity({
  name: 'MeterCredit',
  tableName: 'meter_credits',
  properties: {
    grantId: p.uuid().$type<GrantId>().primary(),
    createdAt: instant(),
    customerId: p.uuid().$type<CustomerId>(),
    meterId: p.uuid().$type<MeterId>(),
    lasts: p.enum(CREDIT_LIVES),
    units: p.decimal('string'),
  },
  indexes: [{ properties: ['customerId', 'meterId'] }],
});
export type MeterCreditRow = InferEntity<typeof MeterCredit>;
