import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { OrganizationId } from '../../billing/ids.ts';
import type { CustomerPortalSettings } from '../../schemas/organization-settings.ts';
import { currency, timestamps } from './columns.ts';

/** How subscriptions behave; the grace period is in days after the first failed charge. */
export interface SubscriptionSettings {
  readonly allow_multiple_subscriptions: boolean;
  readonly proration_behavior: 'invoice' | 'prorate' | 'next_period';
  readonly benefit_revocation_grace_period: number;
  readonly prevent_trial_abuse: boolean;
  readonly allow_customer_updates: boolean;
}

/** A merchant: the tenant that every other row belongs to. */
export const Organization = defineEntity({
  name: 'Organization',
  tableName: 'organizations',
  properties: {
    id: p.uuid().$type<OrganizationId>().primary(),
    ...timestamps(),
    name: p.text(),
    slug: p.string().length(64).unique(),
    avatarUrl: p.text().nullable(),
    email: p.text().nullable(),
    website: p.text().nullable(),
    country: p.string().length(2).nullable(),
    socials: p.json<{ platform: string; url: string }[]>().defaultRaw(`'[]'`),
    defaultPresentmentCurrency: currency().default('usd'),
    defaultTaxBehavior: p.enum(['location', 'inclusive', 'exclusive']).default('location'),
    /** Where taxes are collected: countries, states (`US-CA`), and `EU` for the Union's one-stop shop. */
    taxRegistrations: p.json<string[]>().defaultRaw(`'[]'`),
    subscriptionSettings: p.json<SubscriptionSettings>(),
    customerEmailSettings: p.json<Record<string, boolean>>(),
    customerPortalSettings: p.json<CustomerPortalSettings>(),
    featureSettings: p.json<Record<string, unknown>>().defaultRaw(`'{}'`),
    /** Whose pages may show its checkouts in a frame; none: everybody's. */
    embedHosts: p.json<string[]>().defaultRaw(`'[]'`),
    /** Invoice numbers start with it; letters and digits. */
    invoicePrefix: p.string().length(16),
    /** By whom invoices are numbered without gaps. */
    invoiceNumbering: p.enum(['organization', 'customer']).default('organization'),
    nextInvoiceNumber: p.integer().default(1),
  },
});
export type OrganizationRow = InferEntity<typeof Organization>;
