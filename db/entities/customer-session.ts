import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { instant, timestamps } from './columns.ts';
import { Customer } from './customer.ts';
import { Member } from './member.ts';

/** A customer's key to their portal for a while; only the SHA-256 of the token is kept. */
export const CustomerSession = defineEntity({
  name: 'CustomerSession',
  tableName: 'customer_sessions',
  properties: {
    id: p.uuid().primary(),
    ...timestamps(),
    customer: () => p.manyToOne(Customer),
    /** Who signs in; null: whoever reads the customer's own mail, with an owner's rights. */
    member: () => p.manyToOne(Member).nullable(),
    tokenHash: p.string().length(64).unique(),
    expiresAt: instant(),
    returnUrl: p.text().nullable(),
  },
});
export type CustomerSessionRow = InferEntity<typeof CustomerSession>;
