/** Merchants. */
import { z } from 'zod';
import { Country, CountryInput } from './address.ts';
import { Currency } from './currency.ts';
import { ProrationBehavior, TaxBehaviorOption } from './intervals.ts';
import {
  CustomerEmailSettings,
  CustomerPortalSettings,
  FeatureSettings,
  FeatureSettingsInput,
  SubscriptionSettings,
} from './organization-settings.ts';
import { EmailInput, Id, Instant, identified, line, UrlInput, unsupported } from './primitives.ts';

const REGISTRATIONS =
  'Ours: where taxes are collected. Countries, `EU` for the Union’s one-stop shop, states of the US such as `US-CA`, and provinces with a tax of their own such as `CA-BC`.';

const SOCIAL = ['x', 'github', 'facebook', 'instagram', 'youtube', 'tiktok', 'linkedin', 'threads', 'discord', 'other'];

const Registration = z
  .string()
  .regex(/^[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?$/, 'A country (`GB`), `EU`, or a state (`US-CA`)')
  .toUpperCase();

export const SocialLink = z
  .object({ platform: z.enum(SOCIAL), url: z.string() })
  .meta({ id: 'OrganizationSocialLink' });
export type SocialLink = z.infer<typeof SocialLink>;

/** As much of an organization as buyers see. */
export const publicOrganization = {
  ...identified,
  name: z.string(),
  slug: z.string(),
  avatar_url: z.string().nullable(),
  proration_behavior: ProrationBehavior,
  allow_customer_updates: z.boolean(),
};

const INVOICE_NUMBERING = 'Ours: whether invoices are numbered without gaps by `organization` or by `customer`.';

export const Organization = z
  .object({
    ...publicOrganization,
    email: z.string().nullable(),
    website: z.string().nullable(),
    socials: z.array(SocialLink),
    status: z.enum(['created', 'review', 'snoozed', 'denied', 'active', 'blocked', 'offboarding', 'offboarded']),
    details_submitted_at: Instant.nullable(),
    onboarding_resubmission_requested_at: Instant.nullable(),
    sso_enforced: z.boolean(),
    default_presentment_currency: z.string(),
    default_tax_behavior: TaxBehaviorOption,
    tax_registrations: z.array(z.string()).describe(REGISTRATIONS),
    invoice_numbering: z.enum(['organization', 'customer']).describe(INVOICE_NUMBERING),
    feature_settings: FeatureSettings.nullable(),
    subscription_settings: SubscriptionSettings,
    customer_email_settings: CustomerEmailSettings,
    customer_portal_settings: CustomerPortalSettings,
    dispute_settings: z.object({ auto_accept_below_amount: z.int().nullable() }),
    embed_hosts: z.array(z.string()),
    embed_hosts_enforced: z.boolean(),
    country: Country.nullable().optional(),
    account_id: Id.nullable(),
    payout_account_id: Id.nullable(),
    capabilities: z.object({
      checkout_payments: z.boolean(),
      subscription_renewals: z.boolean(),
      payouts: z.boolean(),
      refunds: z.boolean(),
      api_access: z.boolean(),
      dashboard_access: z.boolean(),
    }),
  })
  .meta({ id: 'Organization', description: 'A merchant.' });
export type Organization = z.infer<typeof Organization>;

/** A host with its port, if that isn't the usual one; `*.example.com` stands for all names below. */
const EmbedHost = z
  .string()
  .trim()
  .toLowerCase()
  .max(255)
  .regex(/^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/, 'Not a host, such as `example.com` or `*.example.com`');

const settable = {
  avatar_url: UrlInput.nullable().optional(),
  email: EmailInput.nullable().optional(),
  website: UrlInput.nullable().optional(),
  socials: z
    .array(z.object({ platform: z.enum(SOCIAL), url: UrlInput }))
    .max(20)
    .nullable()
    .optional(),
  country: CountryInput.nullable().optional(),
  tax_registrations: z.array(Registration).max(300).nullable().optional().describe(REGISTRATIONS),
  invoice_numbering: z.enum(['organization', 'customer']).nullable().optional().describe(INVOICE_NUMBERING),
  feature_settings: FeatureSettingsInput.nullable().optional(),
  subscription_settings: SubscriptionSettings.nullable().optional(),
  customer_email_settings: CustomerEmailSettings.nullable().optional(),
  customer_portal_settings: CustomerPortalSettings.nullable().optional(),
  details: z.null('Such details are not kept here').optional(),
  dispute_settings: z.object({ auto_accept_below_amount: unsupported }).nullable().optional(),
  embed_hosts: z.array(EmbedHost).max(100).nullable().optional().describe('None: everybody may.'),
  sso_enforced: z.literal(false, 'Not supported yet').nullable().optional(),
};

export const OrganizationCreate = z
  .object({
    name: line(128, 3),
    slug: z.preprocess(
      (value) => (typeof value === 'string' ? value.trim().toLowerCase() : value),
      z
        .string()
        .min(3)
        .max(64)
        .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'Letters, digits and single hyphens between them'),
    ),
    ...settable,
    default_presentment_currency: Currency.default('usd'),
    default_tax_behavior: TaxBehaviorOption.default('location'),
  })
  .meta({ id: 'OrganizationCreate' });
export type OrganizationCreate = z.infer<typeof OrganizationCreate>;

export const OrganizationUpdate = z
  .object({
    name: line(128, 3).nullable().optional(),
    ...settable,
    default_presentment_currency: Currency.nullable().optional(),
    default_tax_behavior: TaxBehaviorOption.nullable().optional(),
  })
  .meta({ id: 'OrganizationUpdate' });
export type OrganizationUpdate = z.infer<typeof OrganizationUpdate>;
