/** A checkout as the merchant, and as the buyer's browser, see it. */
import { type AddressForm, addressForm } from '../../billing/address-forms.ts';
import type { ProductId } from '../../billing/ids.ts';
import { trialEnd } from '../../billing/trials.ts';
import type { Environment } from '../../config/environment.ts';
import type { Checkout, CheckoutPublic, CheckoutPublicConfirmed } from '../../schemas/checkout.ts';
import { askedNow, chargedNow, dueNow, totalsOfCheckout, trialOf } from '../checkout-sums.ts';
import { isDiscountable } from '../discounts.ts';
import type { CheckoutRow } from '../entities/checkout.ts';
import type { DiscountRow } from '../entities/discount.ts';
import type { PriceRow } from '../entities/price.ts';
import type { ProductRow } from '../entities/product.ts';
import { offeredProducts } from '../offered-products.ts';
import type { EntityManager } from '../orm.ts';
import { attachedCustomFieldsView } from './custom-field.ts';
import { addressView } from './customer.ts';
import { checkoutDiscountView } from './discount.ts';
import { priceView } from './price.ts';
import { pricesNow, publicProductView } from './product.ts';
import { identity, iso } from './stamps.ts';

/** A checkout with all that its view shows. */
export interface LoadedCheckout {
  readonly checkout: CheckoutRow;
  /** What the buyer may choose from, in the merchant's order. */
  readonly products: readonly ProductRow[];
}

export async function loadCheckout(em: EntityManager, checkout: CheckoutRow): Promise<LoadedCheckout> {
  const ids = new Set([...(checkout.productIds as ProductId[]), checkout.product.id]);
  const found = await offeredProducts(em, { id: { $in: [...ids] } }, checkout.id);
  await em.populate([checkout], ['price', 'organization', 'discount.products']);
  return loadedWith(checkout, found);
}

/** With products that are loaded as they are offered. */
export function loadedWith(checkout: CheckoutRow, found: readonly ProductRow[]): LoadedCheckout {
  const products = checkout.productIds.flatMap((id) => found.find((product) => product.id === id) ?? []);
  return { checkout, products };
}

/** What a view of a checkout needs to know of the installation and the time. */
export interface CheckoutContext {
  readonly environment: Pick<Environment, 'PUBLIC_URL' | 'STRIPE_PUBLISHABLE_KEY' | 'STRIPE_API_URL'>;
  readonly at: Date;
}

export function checkoutView(loaded: LoadedCheckout, context: CheckoutContext): Checkout {
  const { checkout } = loaded;
  return {
    ...commonView(loaded, context),
    trial_interval: checkout.trialInterval ?? null,
    trial_interval_count: checkout.trialIntervalCount ?? null,
    metadata: checkout.metadata,
    external_customer_id: checkout.externalCustomerId ?? null,
    subscription_id: checkout.subscriptionId ?? checkout.upgradeOf ?? null,
    customer_metadata: checkout.customerMetadata,
  };
}

export function checkoutPublicView(loaded: LoadedCheckout, context: CheckoutContext): CheckoutPublic {
  const { organization } = loaded.checkout;
  return {
    ...commonView(loaded, context),
    is_reverse_charged: loaded.checkout.taxRates.some(({ reason }) => reason === 'reverse_charge'),
    organization: {
      ...identity(organization),
      name: organization.name,
      slug: organization.slug,
      avatar_url: organization.avatarUrl ?? null,
      proration_behavior: organization.subscriptionSettings.proration_behavior,
      allow_customer_updates: organization.subscriptionSettings.allow_customer_updates,
    },
  };
}

/** The peer's answer to Pay always says `confirmed`; what became of it is read from the checkout afterwards. */
export function checkoutConfirmedView(
  loaded: LoadedCheckout,
  context: CheckoutContext,
  customerSessionToken: string | null,
): CheckoutPublicConfirmed {
  return {
    ...checkoutPublicView(loaded, context),
    status: 'confirmed',
    customer_session_token: customerSessionToken,
  };
}

function commonView({ checkout, products }: LoadedCheckout, { environment, at }: CheckoutContext) {
  const url = `${environment.PUBLIC_URL}/checkout/${checkout.clientSecret}`;
  const trial = trialOf(checkout);
  const totals = totalsOfCheckout(checkout);
  const asked = askedNow(checkout);
  return {
    ...identity(checkout),
    custom_field_data: checkout.customFieldData as Checkout['custom_field_data'],
    payment_processor: 'stripe' as const,
    status: checkout.status,
    client_secret: checkout.clientSecret,
    url,
    expires_at: iso(checkout.expiresAt),
    success_url: (checkout.successUrl ?? `${url}/confirmation`).replaceAll('{CHECKOUT_ID}', checkout.id),
    return_url: checkout.returnUrl ?? null,
    embed_origin: checkout.embedOrigin ?? null,
    amount: checkout.amount,
    seats: checkout.seats ?? null,
    min_seats: checkout.minSeats ?? null,
    max_seats: checkout.maxSeats ?? null,
    discount_amount: totals.discount,
    net_amount: totals.net,
    tax_amount: checkout.taxAmount ?? null,
    tax_behavior: checkout.taxBehavior ?? null,
    total_amount: totals.total,
    applied_balance_amount: checkout.appliedBalanceAmount,
    due_amount: chargedNow(checkout),
    currency: checkout.currency,
    allow_trial: checkout.allowTrial,
    active_trial_interval: trial?.interval ?? null,
    active_trial_interval_count: trial?.count ?? null,
    trial_end: trial === null ? null : new Date(trialEnd(at.getTime(), trial)).toISOString(),
    organization_id: checkout.organization.id,
    product_id: checkout.product.id,
    product_price_id: checkout.price.id,
    discount_id: checkout.discount?.id ?? null,
    allow_discount_codes: checkout.allowDiscountCodes,
    require_billing_address: checkout.requireBillingAddress,
    is_discount_applicable: isDiscountable(checkout.price),
    is_free_product_price: checkout.price.amountType === 'free' && checkout.meteredPriceIds.length === 0,
    is_payment_required: asked === 'payment',
    is_payment_setup_required: asked !== 'free' && Boolean(checkout.product.recurringInterval),
    is_payment_form_required: asked !== 'free',
    customer_id: checkout.customer?.id ?? null,
    is_business_customer: checkout.isBusinessCustomer,
    customer_name: checkout.customerName ?? null,
    customer_email: checkout.customerEmail ?? null,
    customer_ip_address: checkout.customerIpAddress ?? null,
    customer_billing_name: checkout.customerBillingName ?? null,
    customer_billing_address: addressView(checkout.customerBillingAddress),
    customer_tax_id: checkout.customerTaxId ?? null,
    locale: checkout.locale ?? null,
    payment_method_type: null,
    payment_processor_metadata: processorMetadata(checkout, environment),
    billing_address_fields: billingAddressForm(checkout),
    products: products.map(publicProductView),
    product: publicProductView(checkout.product),
    product_price: priceView(checkout.price),
    prices: Object.fromEntries(products.map((product) => [product.id, pricesFor(checkout, product).map(priceView)])),
    discount: checkout.discount ? checkoutDiscountView(checkout.discount as DiscountRow) : null,
    attached_custom_fields: attachedCustomFieldsView(checkout.product),
  };
}

/** What a page needs to take a card; `stripe_api` is ours, and only there with the sandbox. */
export function processorKeys(environment: CheckoutContext['environment']): Record<string, string> {
  return {
    publishable_key: environment.STRIPE_PUBLISHABLE_KEY,
    ...(environment.STRIPE_API_URL ? { stripe_api: environment.STRIPE_API_URL } : {}),
  };
}

/** And to go on with an attempt under way; `failure`, ours, says what went wrong with the last one. */
function processorMetadata(checkout: CheckoutRow, environment: CheckoutContext['environment']): Record<string, string> {
  return {
    ...processorKeys(environment),
    ...(checkout.intentClientSecret ? { intent_client_secret: checkout.intentClientSecret } : {}),
    ...(checkout.intentStatus ? { intent_status: checkout.intentStatus } : {}),
    ...(checkout.failure ? { failure: checkout.failure } : {}),
  };
}

/** What of the billing address the buyer is asked for. */
export function billingAddressForm(checkout: CheckoutRow): AddressForm {
  return addressForm(checkout.customerBillingAddress?.country ?? null, {
    isPaid: dueNow(checkout) !== 'free',
    isWhole: checkout.requireBillingAddress || checkout.isBusinessCustomer,
  });
}

/** What the checkout offers a product at: prices of its own, else the product's. */
function pricesFor(checkout: CheckoutRow, product: ProductRow): PriceRow[] {
  const own = product.prices.getItems().filter(({ checkoutId }) => checkoutId === checkout.id);
  const offered = own.length === 0 ? pricesNow(product) : own.sort((a, b) => a.position - b.position);
  if (product.id !== checkout.product.id) return offered;
  // Usage of what is chosen is billed as it was shown, whatever the product's prices are by now.
  const { meteredPriceIds: shown, currency } = checkout;
  const others = offered.filter((price) => price.amountType !== 'metered_unit' || price.currency !== currency);
  return [...others, ...product.prices.getItems().filter(({ id }) => shown.includes(id))];
}
