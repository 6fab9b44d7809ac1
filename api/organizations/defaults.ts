/** How a new organization behaves until it says otherwise. */
import type { OrganizationRow } from '../../db/entities/organization.ts';

export const SUBSCRIPTION_DEFAULTS: OrganizationRow['subscriptionSettings'] = {
  allow_multiple_subscriptions: false,
  proration_behavior: 'prorate',
  benefit_revocation_grace_period: 0,
  prevent_trial_abuse: false,
  allow_customer_updates: true,
};

export const EMAIL_DEFAULTS: OrganizationRow['customerEmailSettings'] = {
  order_confirmation: true,
  payment_method_expiration_reminder: true,
  subscription_cancellation: true,
  subscription_confirmation: true,
  subscription_cycled: true,
  subscription_cycled_after_trial: true,
  subscription_past_due: true,
  subscription_paused: true,
  subscription_resumed: true,
  subscription_renewal_reminder: true,
  subscription_revoked: true,
  subscription_trial_conversion_reminder: true,
  subscription_uncanceled: true,
  subscription_updated: true,
};

export const PORTAL_DEFAULTS: OrganizationRow['customerPortalSettings'] = {
  usage: { show: true },
  subscription: { update_seats: false, update_plan: false, pause: false },
  customer: { allow_email_change: false },
};

/** Invoice numbers start with the slug's first letters. */
export const invoicePrefixOf = (slug: string): string => slug.replaceAll('-', '').slice(0, 12).toUpperCase();
