import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { GrantId } from '../../billing/ids.ts';
import { Benefit } from './benefit.ts';
import { instant, timestamps } from './columns.ts';
import { Customer } from './customer.ts';
import { Member } from './member.ts';
import { Order } from './order.ts';
import { Subscription } from './subscription.ts';

/**
 * A customer's hold on a benefit, by a subscription or a one-time order, one for each holder. `wanted` is what billing asked for under
 * `version`; the grant's workflow brings the outside to it and then writes `granted` or `revoked` and `doneVersion`.
 */
export const BenefitGrant = defineEntity({
  name: 'BenefitGrant',
  tableName: 'benefit_grants',
  properties: {
    id: p.uuid().$type<GrantId>().primary(),
    ...timestamps(),
    benefit: () => p.manyToOne(Benefit),
    customer: () => p.manyToOne(Customer),
    /** Who has it by a seat; null: the buyer, which is the customer's owner, whoever that is. */
    member: () => p.manyToOne(Member).nullable(),
    subscription: () => p.manyToOne(Subscription).nullable(),
    order: () => p.manyToOne(Order).nullable(),
    wanted: p.enum(['granted', 'revoked']),
    version: p.integer().default(1),
    doneVersion: p.integer().default(0),
    /** The last version that was refused for good. */
    failedVersion: p.integer().default(0),
    /** When billing asked for what is wanted; grants and revocations are dated by it. */
    wantedAt: instant(),
    grantedAt: instant().nullable(),
    revokedAt: instant().nullable(),
    properties: p.json<Record<string, unknown>>().defaultRaw(`'{}'`),
    error: p.json<{ message: string; type: string; timestamp: string }>().nullable(),
  },
  indexes: [{ properties: ['customer'] }],
});
export type BenefitGrantRow = InferEntity<typeof BenefitGrant>;
