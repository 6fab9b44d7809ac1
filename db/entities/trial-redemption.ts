import { defineEntity, p } from '@mikro-orm/core';
import { instant } from './columns.ts';
import { Customer } from './customer.ts';
import { Organization } from './organization.ts';
import { Subscription } from './subscription.ts';

/**
 * Something by which somebody who has had a trial is known again: an address, or a card. Each is written once in an
 * organization, for the first who had it, so that of two checkouts at once the database lets one have the trial.
 */
export const TrialRedemption = defineEntity({
  name: 'TrialRedemption',
  tableName: 'trial_redemptions',
  properties: {
    id: p.uuid().primary(),
    createdAt: instant(),
    organization: () => p.manyToOne(Organization),
    customer: () => p.manyToOne(Customer),
    subscription: () => p.manyToOne(Subscription),
    /** A hash, so that it may outlive the customer; null: the row is of a card. */
    addressHash: p.string().length(64).nullable(),
    fingerprint: p.text().nullable(),
  },
  uniques: [{ properties: ['organization', 'addressHash'] }, { properties: ['organization', 'fingerprint'] }],
  indexes: [{ properties: ['customer'] }, { properties: ['subscription'] }],
});
