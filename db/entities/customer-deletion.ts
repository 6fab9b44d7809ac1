import { defineEntity, p } from '@mikro-orm/core';
import type { CustomerId } from '../../billing/ids.ts';
import { instant } from './columns.ts';

/** The deletion of a customer, while it is under way. */
export const CustomerDeletion = defineEntity({
  name: 'CustomerDeletion',
  tableName: 'customer_deletions',
  properties: {
    customerId: p.uuid().$type<CustomerId>().primary(),
    /** The machine's time, also where the customer is on a test clock. */
    beganAt: instant(),
    /** Whether it is forgotten who they were. */
    anonymizes: p.boolean().default(false),
  },
  indexes: [{ properties: ['beganAt'] }],
});
