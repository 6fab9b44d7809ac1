import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { CustomerId, PaymentMethodId } from '../../billing/ids.ts';
import { type Address, instant, metadata, timestamps } from './columns.ts';
import { Organization } from './organization.ts';
import { TestClock } from './test-clock.ts';

/**
 * Who buys from an organization. The e-mail address is unique among its living customers; the external id among all of them,
 * until a deletion has ended: usage is kept by it.
 */
export const Customer = defineEntity({
  name: 'Customer',
  tableName: 'customers',
  properties: {
    id: p.uuid().$type<CustomerId>().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    type: p.enum(['individual', 'team']).default('individual'),
    externalId: p.text().nullable(),
    email: p.text(),
    emailVerified: p.boolean().default(false),
    name: p.text().nullable(),
    billingName: p.text().nullable(),
    billingAddress: p.json<Address>().nullable(),
    /** The number and its kind, as the peer has it: `["DE123456789", "eu_vat"]`. */
    taxId: p.json<[string, string]>().nullable(),
    locale: p.text().nullable(),
    metadata: metadata(),
    stripeCustomerId: p.text().nullable(),
    defaultPaymentMethodId: p.uuid().$type<PaymentMethodId>().nullable(),
    /** Set: the customer lives on that clock, and so does all that they buy. */
    testClock: () => p.manyToOne(TestClock).nullable(),
    nextInvoiceNumber: p.integer().default(1),
    /** What the numbers of their own invoices begin with; null: they have none yet. */
    invoiceSeries: p.text().nullable(),
    deletedAt: instant().nullable(),
  },
  indexes: [{ properties: ['organization', 'createdAt'] }],
});
export type CustomerRow = InferEntity<typeof Customer>;
