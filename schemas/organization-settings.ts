/** How an organization's subscriptions, e-mails and portal behave. */
import { z } from 'zod';

/** Days after the first failed charge until benefits are taken back. */
const GracePeriod = z.union([z.literal(0), z.literal(2), z.literal(7), z.literal(14), z.literal(21)]);

export const SubscriptionSettings = z
  .object({
    allow_multiple_subscriptions: z.boolean().describe('Whether a customer may have several at a time.'),
    proration_behavior: z.enum(['invoice', 'prorate', 'next_period']),
    benefit_revocation_grace_period: GracePeriod.describe('Days after the first failed charge.'),
    prevent_trial_abuse: z.boolean().describe('Whether a customer gets one trial only.'),
    allow_customer_updates: z
      .boolean()
      .describe(
        'Whether customers may change and pause their subscriptions themselves, as far as the settings of their portal let ' +
          'them. They may always cancel.',
      ),
  })
  .meta({ id: 'OrganizationSubscriptionSettings' });
export type SubscriptionSettings = z.infer<typeof SubscriptionSettings>;

export const CustomerEmailSettings = z
  .object({
    order_confirmation: z.boolean(),
    payment_method_expiration_reminder: z.boolean(),
    subscription_cancellation: z.boolean(),
    subscription_confirmation: z.boolean(),
    subscription_cycled: z.boolean(),
    subscription_cycled_after_trial: z.boolean(),
    subscription_past_due: z.boolean(),
    subscription_paused: z.boolean(),
    subscription_resumed: z.boolean(),
    subscription_renewal_reminder: z.boolean(),
    subscription_revoked: z.boolean(),
    subscription_trial_conversion_reminder: z.boolean(),
    subscription_uncanceled: z.boolean(),
    subscription_updated: z.boolean(),
  })
  .meta({ id: 'OrganizationCustomerEmailSettings', description: 'Which e-mails customers get.' });
export type CustomerEmailSettings = z.infer<typeof CustomerEmailSettings>;

export const CustomerPortalSettings = z
  .object({
    usage: z.object({
      show: z.boolean().describe('Whether the portal’s page shows how much is used. The API tells it either way.'),
    }),
    subscription: z.object({ update_seats: z.boolean(), update_plan: z.boolean(), pause: z.boolean().optional() }),
    customer: z.object({ allow_email_change: z.boolean().optional() }).optional(),
  })
  .meta({ id: 'OrganizationCustomerPortalSettings', description: 'What customers may see and do in their portal.' });
export type CustomerPortalSettings = z.infer<typeof CustomerPortalSettings>;

export const FeatureSettings = z
  .object({
    seat_based_pricing_enabled: z.boolean().optional().describe('Kept: everybody may price by the seat.'),
    member_model_enabled: z.boolean().optional().describe('Kept: every customer has members.'),
    checkout_localization_enabled: z
      .boolean()
      .optional()
      .describe('Kept: checkouts write numbers and dates in the buyer’s locale, and words in English.'),
    overview_metrics: z.array(z.string()).nullable().optional().describe('Kept: there is no overview to show them.'),
  })
  .meta({
    id: 'OrganizationFeatureSettings',
    description: 'Kept and answered as they are given, for programs that set them. None has an effect.',
  });
export type FeatureSettings = z.infer<typeof FeatureSettings>;

export const FeatureSettingsInput = FeatureSettings.extend({
  overview_metrics: z.array(z.string().max(64)).max(50).nullable().optional(),
}).meta({ id: 'OrganizationFeatureSettingsUpdate' });
export type FeatureSettingsInput = z.infer<typeof FeatureSettingsInput>;
