/** An organization as the API shows it. */
import type { CustomerOrganization } from '../../schemas/customer-portal.ts';
import type { Organization } from '../../schemas/organization.ts';
import type { OrganizationRow } from '../entities/organization.ts';
import { identity } from './stamps.ts';

export function organizationView(row: OrganizationRow): Organization {
  return {
    ...publicOrganizationView(row),
    email: row.email ?? null,
    website: row.website ?? null,
    socials: row.socials as Organization['socials'],
    status: 'active',
    details_submitted_at: null,
    onboarding_resubmission_requested_at: null,
    sso_enforced: false,
    default_presentment_currency: row.defaultPresentmentCurrency,
    default_tax_behavior: row.defaultTaxBehavior,
    tax_registrations: row.taxRegistrations,
    invoice_numbering: row.invoiceNumbering,
    feature_settings: row.featureSettings as Organization['feature_settings'],
    subscription_settings: row.subscriptionSettings as Organization['subscription_settings'],
    customer_email_settings: row.customerEmailSettings as Organization['customer_email_settings'],
    customer_portal_settings: row.customerPortalSettings,
    dispute_settings: { auto_accept_below_amount: null },
    embed_hosts: row.embedHosts,
    embed_hosts_enforced: row.embedHosts.length > 0,
    country: (row.country ?? null) as Organization['country'],
    account_id: null,
    payout_account_id: null,
    capabilities: {
      checkout_payments: true,
      subscription_renewals: true,
      payouts: false,
      refunds: false,
      api_access: true,
      dashboard_access: true,
    },
  };
}

/** As much as buyers see. */
export function publicOrganizationView(row: OrganizationRow) {
  return {
    ...identity(row),
    name: row.name,
    slug: row.slug,
    avatar_url: row.avatarUrl ?? null,
    proration_behavior: row.subscriptionSettings.proration_behavior,
    allow_customer_updates: row.subscriptionSettings.allow_customer_updates,
  };
}

/** As customers see it in their portal. */
export function portalOrganizationView(row: OrganizationRow): CustomerOrganization {
  return {
    ...publicOrganizationView(row),
    customer_portal_settings: row.customerPortalSettings,
    organization_features: {},
  };
}
