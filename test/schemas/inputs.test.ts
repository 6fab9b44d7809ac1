/** What may be sent to us: what the peer's client sends is taken, what no row could hold is not. */
import type { z } from 'zod';
import { BenefitCreate, BenefitUpdate } from '../../schemas/benefit.ts';
import { CheckoutConfirm, CheckoutCreate, CheckoutUpdatePublic } from '../../schemas/checkout.ts';
import { CustomerCreate, CustomerUpdate } from '../../schemas/customer.ts';
import { CustomerSubscriptionUpdate } from '../../schemas/customer-portal.ts';
import { CustomerSessionCreate } from '../../schemas/customer-session.ts';
import { DiscountCreate, DiscountUpdate } from '../../schemas/discount.ts';
import { LicenseKeyActivate, LicenseKeyUpdate, LicenseKeyValidate } from '../../schemas/license-key.ts';
import { OrderUpdate } from '../../schemas/order.ts';
import { OrganizationCreate, OrganizationUpdate } from '../../schemas/organization.ts';
import { OrganizationAccessTokenCreate } from '../../schemas/organization-access-token.ts';
import { ProductCreate, ProductUpdate } from '../../schemas/product.ts';
import { queryInstant, queryTimeZone } from '../../schemas/query.ts';
import { SubscriptionCreate, SubscriptionUpdate } from '../../schemas/subscription.ts';
import { TestClockAdvance, TestClockCreate } from '../../schemas/test-clock.ts';
import { WebhookEndpointCreate, WebhookEndpointUpdate, WebhookReplay } from '../../schemas/webhook.ts';

const ID = '6f0d4b3e-3f43-4d5b-9e3b-6b1f0f5b8f11';
const fixed = { amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' };
const monthly = { name: 'Pro', recurring_interval: 'month', prices: [fixed] };
const address = { country: 'DE', line1: ' Beispielweg 1 ', city: 'Berlin', postal_code: '10115' };
const half = { name: 'Half off', type: 'percentage', basis_points: 5000, duration: 'once' };
const keys = { type: 'license_keys', description: 'A key', properties: {} };

type Row = readonly [schema: z.ZodType, given: unknown, parsed: unknown];

describe('takes', () => {
  it.each<Row>([
    [OrganizationCreate, { name: ' Acme ', slug: 'Acme-Inc' }, { name: 'Acme', slug: 'acme-inc' }],
    [OrganizationUpdate, { name: null, website: 'https://example.com' }, { website: 'https://example.com' }],
    [ProductCreate, monthly, { recurring_interval_count: 1, visibility: 'public', metadata: {} }],
    [ProductCreate, { ...monthly, recurring_interval: null }, { recurring_interval: null }],
    [ProductCreate, { name: 'Once', prices: [{ amount_type: 'free' }] }, { prices: [{ price_currency: 'usd' }] }],
    [ProductUpdate, { prices: [{ id: ID }, fixed] }, { prices: [{ id: ID }, { price_amount: 2000 }] }],
    [CustomerCreate, { email: ' ada@example.com ' }, { email: 'ada@example.com', type: 'individual' }],
    [CustomerCreate, { type: 'team', name: 'Acme', test_clock_id: ID }, { type: 'team', test_clock_id: ID }],
    [CustomerUpdate, { billing_address: address }, { billing_address: { line1: 'Beispielweg 1' } }],
    [CheckoutCreate, { products: [ID] }, { allow_trial: true, metadata: {}, require_billing_address: false }],
    [CheckoutCreate, { products: [ID], success_url: 'https://example.com/?id={CHECKOUT_ID}' }, { products: [ID] }],
    [CheckoutUpdatePublic, { customer_email: 'ada@example.com', allow_trial: false }, { allow_trial: false }],
    [CheckoutConfirm, { confirmation_token_id: 'ctoken_123' }, { confirmation_token_id: 'ctoken_123' }],
    [CheckoutUpdatePublic, { discount_code: ' spring ' }, { discount_code: 'spring' }],
    [DiscountCreate, { ...half, code: '' }, { basis_points: 5000, code: null, metadata: {} }],
    [
      DiscountCreate,
      { name: 'Five', duration: 'once', amount: 500, currency: 'eur' },
      { amount: 500, currency: 'eur' },
    ],
    [DiscountUpdate, { ends_at: null, products: [] }, { ends_at: null, products: [] }],
    [SubscriptionCreate, { product_id: ID, external_customer_id: 'a' }, { external_customer_id: 'a' }],
    [SubscriptionUpdate, { cancel_at_period_end: true }, { cancel_at_period_end: true }],
    [SubscriptionUpdate, { revoke: true, customer_cancellation_reason: 'unused' }, { revoke: true }],
    [SubscriptionUpdate, { trial_end: 'now' }, { trial_end: 'now' }],
    [SubscriptionUpdate, { trial_end: '2027-03-01T00:00:00+02:00' }, { trial_end: new Date('2027-02-28T22:00:00Z') }],
    [SubscriptionUpdate, { product_id: ID, proration_behavior: 'prorate' }, { product_id: ID }],
    [SubscriptionUpdate, { seats: 3 }, { seats: 3 }],
    [SubscriptionUpdate, { pending_update: null }, { pending_update: null }],
    [SubscriptionUpdate, { discount_id: null }, { discount_id: null }],
    [SubscriptionUpdate, { cancel_at_period_end: true, product_id: null }, { cancel_at_period_end: true }],
    [SubscriptionUpdate, { trial_end: '2027-03-01T00:00:00' }, { trial_end: new Date('2027-03-01T00:00:00Z') }],
    [CustomerSubscriptionUpdate, { cancel_at_period_end: false }, { cancel_at_period_end: false }],
    [CustomerSubscriptionUpdate, { cancel_at_period_end: null }, { cancel_at_period_end: null }],
    [CustomerSubscriptionUpdate, {}, {}],
    [CustomerCreate, { email: 'ada@example.com', name: ' ', external_id: '' }, { name: null, external_id: null }],
    [CustomerCreate, { email: 'ada@example.com', locale: 'en_US' }, { locale: 'en-US' }],
    [CustomerUpdate, { tax_id: '', billing_address: { country: 'DE', line2: '' } }, { tax_id: null }],
    [CheckoutUpdatePublic, { customer_name: '', discount_code: null }, { customer_name: null }],
    [CheckoutCreate, { products: [ID], embed_origin: 'https://example.com/' }, { embed_origin: 'https://example.com' }],
    [CheckoutCreate, { products: [ID], embed_origin: 'http://[::1]:3000' }, { embed_origin: 'http://[::1]:3000' }],
    [
      CheckoutCreate,
      { products: [ID], embed_origin: 'http://localhost:3000' },
      { embed_origin: 'http://localhost:3000' },
    ],
    [OrderUpdate, { billing_name: '' }, { billing_name: null }],
    [
      ProductCreate,
      { ...monthly, description: '', medias: [], meter_interval: null },
      { description: null, meter_interval: null },
    ],
    [ProductCreate, { ...monthly, trial_interval: 'day', trial_interval_count: 7 }, { trial_interval_count: 7 }],
    [OrganizationUpdate, { embed_hosts: ['*.Example.com'] }, { embed_hosts: ['*.example.com'] }],
    [OrganizationUpdate, { embed_hosts: [], sso_enforced: false, dispute_settings: null }, { embed_hosts: [] }],
    [WebhookEndpointUpdate, { name: '' }, { name: null }],
    [queryInstant, '2027-03-01', new Date('2027-03-01T00:00:00Z')],
    [queryTimeZone, 'Europe/Berlin', 'Europe/Berlin'],
    [BenefitCreate, keys, { properties: { prefix: null, expires: null, activations: null, limit_usage: null } }],
    [
      BenefitCreate,
      { type: 'custom', description: 'Thanks', properties: { note: 'Hi' } },
      { properties: { note: 'Hi' } },
    ],
    [BenefitUpdate, { type: 'custom', description: 'Thank you' }, { description: 'Thank you' }],
    [CustomerSessionCreate, { customer_id: ID }, { customer_id: ID }],
    [LicenseKeyValidate, { key: 'K', organization_id: ID }, { conditions: {} }],
    [WebhookEndpointCreate, { url: 'http://127.0.0.1:9/x', format: 'raw', events: ['order.paid'] }, { format: 'raw' }],
    [TestClockCreate, { name: 'A year', frozen_time: '2027-01-01T00:00:00Z' }, { name: 'A year' }],
  ])('case %#', (schema, given, parsed) => {
    expect({ parsed: schema.parse(given) }).toMatchObject({ parsed });
  });

  it('leaves unknown fields aside', () => {
    expect(ProductUpdate.parse({ surprise: { deep: [1] } })).toEqual({});
  });
});

type Wrong = readonly [schema: z.ZodType, given: unknown, path: string];

describe('refuses', () => {
  const checkout = { products: [ID] };
  it.each<Wrong>([
    [OrganizationCreate, { name: 'Acme', slug: 'a b' }, 'slug'],
    [OrganizationUpdate, { website: 'javascript:alert(1)' }, 'website'],
    [OrganizationUpdate, { subscription_settings: { benefit_revocation_grace_period: 3 } }, 'subscription_settings'],
    [ProductCreate, { ...monthly, name: '  a  ' }, 'name'],
    [ProductCreate, { ...monthly, prices: [] }, 'prices'],
    [ProductCreate, { ...monthly, prices: [{ ...fixed, price_amount: -1 }] }, 'prices'],
    [ProductCreate, { ...monthly, prices: [{ ...fixed, price_amount: 100_000_000 }] }, 'prices'],
    [ProductCreate, { ...monthly, prices: [{ ...fixed, price_currency: 'doge' }] }, 'prices'],
    [ProductCreate, { ...monthly, prices: [{ amount_type: 'seat_based' }] }, 'prices'],
    [ProductCreate, { ...monthly, recurring_interval_count: 0 }, 'recurring_interval_count'],
    [ProductCreate, { ...monthly, trial_interval_count: 1001 }, 'trial_interval_count'],
    [ProductCreate, { ...monthly, trial_interval: 'day' }, 'trial_interval_count'],
    [ProductCreate, { ...monthly, medias: [ID] }, 'medias'],
    [ProductCreate, { ...monthly, meter_interval: 'fortnight' }, 'meter_interval'],
    [
      ProductCreate,
      { name: 'Once', prices: [fixed], trial_interval: 'day', trial_interval_count: 7 },
      'trial_interval',
    ],
    [ProductUpdate, { attached_custom_fields: [{ custom_field_id: ID }] }, 'required'],
    [ProductUpdate, { prices: [{ id: 'x' }] }, 'prices'],
    [OrganizationUpdate, { details: { about: 'Software' } }, 'details'],
    [OrganizationUpdate, { embed_hosts: ['https://example.com'] }, 'embed_hosts'],
    [OrganizationUpdate, { dispute_settings: { auto_accept_below_amount: 1000 } }, 'auto_accept_below_amount'],
    [OrganizationUpdate, { sso_enforced: true }, 'sso_enforced'],
    [CustomerCreate, { email: 'ada' }, 'email'],
    [CustomerCreate, {}, 'email'],
    [CustomerUpdate, { billing_address: { country: 'XX' } }, 'billing_address'],
    [CustomerUpdate, { billing_address: { country: 'KP' } }, 'billing_address'],
    [CustomerUpdate, { locale: '../../etc' }, 'locale'],
    [CheckoutCreate, { products: [] }, 'products'],
    [CheckoutCreate, { ...checkout, embed_origin: 'https://example.com/path' }, 'embed_origin'],
    // Of headers with a list of origins: this would be another one's, whatever ends in a shop's own name.
    [CheckoutCreate, { ...checkout, embed_origin: 'https://other.example;x.example.com' }, 'embed_origin'],
    [CheckoutCreate, { ...checkout, embed_origin: 'https://other.example,x.example.com' }, 'embed_origin'],
    [CheckoutCreate, { ...checkout, embed_origin: 'https://*' }, 'embed_origin'],
    [CheckoutCreate, { ...checkout, customer_ip_address: '1.2.3' }, 'customer_ip_address'],
    [CheckoutCreate, { ...checkout, customer_metadata: { a: 1.5 } }, 'customer_metadata'],
    [CheckoutCreate, { ...checkout, trial_interval: 'day' }, 'trial_interval_count'],
    [CheckoutUpdatePublic, { discount_code: 'x'.repeat(257) }, 'discount_code'],
    [CheckoutUpdatePublic, { allow_trial: true }, 'allow_trial'],
    [CheckoutConfirm, { confirmation_token_id: '../x' }, 'confirmation_token_id'],
    [DiscountCreate, { ...half, code: 'a b c' }, 'code'],
    [DiscountCreate, { name: 'Five', duration: 'once', type: 'fixed' }, 'amount'],
    [DiscountCreate, { name: 'Five', duration: 'once', amounts: { doge: 1 } }, 'amounts'],
    [DiscountCreate, { ...half, duration: 'repeating' }, 'duration_in_months'],
    [DiscountUpdate, { basis_points: 10_001 }, 'basis_points'],
    [SubscriptionUpdate, {}, ''],
    [SubscriptionUpdate, { trial_end: '2027-13-01T00:00:00Z' }, 'trial_end'],
    [SubscriptionUpdate, { trial_end: '9999-01-01T00:00:00Z' }, 'trial_end'],
    [SubscriptionUpdate, { trial_end: '2027-03-01' }, 'trial_end'],
    [SubscriptionUpdate, { metadata: { ['k'.repeat(41)]: 1 } }, 'metadata'],
    [BenefitCreate, { ...keys, type: 'discord' }, 'type'],
    [BenefitCreate, { ...keys, properties: { expires: { ttl: 400_000, timeframe: 'day' } } }, 'properties'],
    [BenefitCreate, { ...keys, properties: { limit_usage: 2 ** 31 } }, 'properties'],
    [LicenseKeyUpdate, { usage: -1 }, 'usage'],
    [LicenseKeyActivate, { key: '', organization_id: ID, label: 'x' }, 'key'],
    [LicenseKeyActivate, { key: 'K', organization_id: ID, label: ' ' }, 'label'],
    [WebhookEndpointCreate, { url: 'ftp://example.com', format: 'raw', events: [] }, 'url'],
    [WebhookEndpointCreate, { url: 'https://example.com', format: 'raw', events: ['order.eaten'] }, 'events'],
    [WebhookReplay, { since: 5 }, 'since'],
    [OrganizationAccessTokenCreate, { comment: 'CI', scopes: ['admin'] }, 'scopes'],
    [TestClockAdvance, { frozen_time: 'tomorrow' }, 'frozen_time'],
    [queryTimeZone, 'Mars/Olympus', ''],
  ])('case %#', (schema, given, path) => {
    const parsed = schema.safeParse(given);
    expect(parsed.success).toBe(false);
    if (path) expect(JSON.stringify(parsed.error?.issues)).toContain(`"${path}"`);
  });
});

describe('a change of a subscription', () => {
  it.each([
    [{ cancel_at_period_end: 'x' }, ['cancel_at_period_end']],
    [{ cancel_at_period_end: 'x', metadata: {} }, ['cancel_at_period_end', 'metadata']],
    [{ seats: 0, proration_behavior: 'never' }, ['proration_behavior', 'seats']],
    [{ current_billing_period_end: 'soon' }, ['current_billing_period_end']],
    [{ trial_end: 'soon' }, ['trial_end']],
    [{ revoke: true, trial_end: 'now' }, ['trial_end']],
    [{ pending_update: {} }, ['pending_update']],
  ])('%j names what is wrong: %j', (given, fields) => {
    const paths = SubscriptionUpdate.safeParse(given).error?.issues.map(({ path }) => path[0]);
    expect(paths?.sort()).toEqual(fields);
  });
});
