/** Opens a checkout: its row and its event. Its process begins when somebody presses Pay, or when its time is over. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { CheckoutId, CustomerId, OrganizationId } from '../../billing/ids.ts';
import { taxIdOf } from '../../billing/tax-ids.ts';
import { showBalance } from '../../db/checkout-balance.ts';
import { taxCheckout } from '../../db/checkout-tax.ts';
import { isNameBeingGivenUp } from '../../db/customer-deletions.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { Organization } from '../../db/entities/organization.ts';
import { emit } from '../../db/events.ts';
import { offeredOf } from '../../db/offered-prices.ts';
import type { EntityManager } from '../../db/orm.ts';
import { recordOfCheckout } from '../../db/recorded.ts';
import { retried } from '../../db/retried.ts';
import { checkoutView, type LoadedCheckout, loadedWith } from '../../db/views/checkout.ts';
import type { CheckoutCreate } from '../../schemas/checkout.ts';
import { countryOfAddress } from '../../tax/place-of-address.ts';
import { type TaxSheet, withTaxes } from '../../tax/sheet.ts';
import { NAME_BEING_GIVEN_UP } from '../customers/write.ts';
import { invalid } from '../errors.ts';
import type { Services } from '../services.ts';
import { addPrices } from './ad-hoc-prices.ts';
import { settleBuyer } from './buyer.ts';
import { entered } from './custom-fields.ts';
import { chooseDiscount, refuseUnchargeable } from './discount.ts';
import { refuseForeignPage } from './embed-hosts.ts';
import { meteredPriceIds, pricedAnew, priceOf, shownForSale } from './terms.ts';
import { refuseSoldOnce, refuseUnlessUpgradable, subscriptionToUpgrade } from './upgrade.ts';

const LIFETIME = 24 * 60 * 60_000;

export type NewCheckout = z.output<typeof CheckoutCreate>;

/** What a visitor of a shop or a link wishes: of what they say, nothing is known to be true. */
export interface Visit {
  /** Of the products, the one that is chosen; the first, if left out. */
  readonly productId?: string | undefined;
  readonly discountCode?: string | undefined;
}

/** As it was told. */
export interface OpenedCheckout extends LoadedCheckout {
  readonly at: Date;
}

export async function createCheckout(
  em: EntityManager,
  { environment, taxes }: Pick<Services, 'environment' | 'taxes'>,
  organizationId: OrganizationId,
  body: NewCheckout,
  visit: Visit | null = null,
): Promise<OpenedCheckout> {
  // Taken once: what is tried again asks for the same tax.
  const now = new Date();
  const asked = { organizationId, body, visit, now };
  return withTaxes(taxes, (sheet) =>
    retried(() => em.fork().transactional((tx) => write(tx, sheet, environment, asked))),
  );
}

interface Asked {
  readonly organizationId: OrganizationId;
  readonly body: NewCheckout;
  readonly visit: Visit | null;
  readonly now: Date;
}

async function write(
  tx: EntityManager,
  taxes: TaxSheet,
  environment: Services['environment'],
  { organizationId, body, visit, now }: Asked,
): Promise<OpenedCheckout> {
  const { embed_origin: page } = body;
  if (page) refuseForeignPage(await tx.findOneOrFail(Organization, organizationId), page);
  const id = randomUUID() as CheckoutId;
  const products = await shownForSale(tx, organizationId, body.products, id);
  const product = products.find(({ id }) => id === visit?.productId) ?? products[0];
  if (product === undefined) throw invalid(['body', 'products'], 'Name at least one product.');
  const { organization } = product;
  const upgraded = await subscriptionToUpgrade(tx, organizationId, body);
  if (upgraded !== null) refuseSoldOnce(products);
  const customer = upgraded === null ? await namedCustomer(tx, organizationId, body) : upgraded.customer;
  const at = customer?.testClock?.frozenTime ?? now;
  const address = body.customer_billing_address ?? customer?.billingAddress ?? null;
  await addPrices(tx, products, id, body.prices ?? {}, at);
  const prices = offeredOf(product, id);
  const price = priceOf(prices, {
    currency: upgraded?.currency ?? body.currency,
    country: address?.country ?? (body.customer_ip_address ? countryOfAddress(body.customer_ip_address) : null),
    fallback: organization.defaultPresentmentCurrency,
  });
  const limits = { least: body.min_seats ?? null, most: body.max_seats ?? null };
  const columns = {
    id,
    createdAt: at,
    organization,
    clientSecret: `polar_c_${randomBytes(32).toString('base64url')}`,
    expiresAt: new Date(at.getTime() + LIFETIME),
    successUrl: body.success_url ?? null,
    returnUrl: body.return_url ?? null,
    embedOrigin: body.embed_origin ?? null,
    productIds: products.map(({ id }) => id),
    product,
    ...pricedAnew(price, body, limits),
    meteredPriceIds: meteredPriceIds(prices, price),
    currencyChosen: Boolean(upgraded ?? body.currency),
    minSeats: limits.least,
    maxSeats: limits.most,
    allowTrial: body.allow_trial,
    allowDiscountCodes: body.allow_discount_codes,
    requireBillingAddress: body.require_billing_address || Boolean(body.customer_billing_address),
    trialInterval: body.trial_interval ?? null,
    trialIntervalCount: body.trial_interval_count ?? null,
    customer,
    usesBalance: customer !== null,
    upgradeOf: upgraded?.id ?? null,
    externalCustomerId: body.external_customer_id ?? customer?.externalId ?? null,
    customerName: body.customer_name ?? customer?.name ?? null,
    customerEmail: customer?.email ?? body.customer_email ?? null,
    emailFromMerchant: visit === null && Boolean(body.customer_email),
    opensPortal: customer !== null,
    customerBillingName: body.customer_billing_name ?? customer?.billingName ?? null,
    customerBillingAddress: address,
    customerTaxId: body.customer_tax_id ?? taxIdOf(customer?.taxId?.[0] ?? null, address?.country ?? null)?.[0] ?? null,
    customerIpAddress: body.customer_ip_address ?? null,
    customerIpCountry: body.customer_ip_address ? countryOfAddress(body.customer_ip_address) : null,
    isBusinessCustomer: body.is_business_customer,
    locale: body.locale ?? null,
    metadata: body.metadata ?? {},
    customerMetadata: body.customer_metadata ?? {},
    customFieldData: await entered(tx, body.products, body.custom_field_data),
  };
  // Written once, when all is known: what is read in between would write it half done.
  const checkout = tx.create(Checkout, columns, { persist: false });
  await refuseUnlessUpgradable(tx, checkout);
  settleBuyer(checkout, { ...body, customer_tax_id: checkout.customerTaxId });
  await chooseDiscount(
    tx,
    checkout,
    { discount_id: body.discount_id ?? undefined, discount_code: visit?.discountCode },
    at,
  );
  await taxCheckout(tx, taxes, checkout, at.getTime());
  refuseUnchargeable(checkout, { discount_id: body.discount_id, discount_code: visit?.discountCode });
  await showBalance(tx, checkout);
  await tx.persist(checkout).flush();
  const opened = { ...loadedWith(checkout, products), at };
  await emit(tx, {
    organizationId,
    type: 'checkout.created',
    at,
    recorded: recordOfCheckout(checkout),
    data: () => checkoutView(opened, { environment, at }),
  });
  return opened;
}

/** The customer that the merchant names, by our id or theirs; one that isn't known by theirs is made when they pay. */
async function namedCustomer(
  em: EntityManager,
  organization: OrganizationId,
  body: NewCheckout,
): Promise<CustomerRow | null> {
  const populate = ['testClock'] as const;
  if (body.customer_id) {
    const id = body.customer_id as CustomerId;
    const customer = await em.findOne(Customer, { id, organization, deletedAt: null }, { populate });
    if (customer === null) throw invalid(['body', 'customer_id'], 'This customer does not exist.');
    return customer;
  }
  if (!body.external_customer_id) return null;
  const named = { externalId: body.external_customer_id, organization, deletedAt: null };
  const customer = await em.findOne(Customer, named, { populate });
  if (customer === null && (await isNameBeingGivenUp(em, organization, body.external_customer_id))) {
    throw invalid(['body', 'external_customer_id'], NAME_BEING_GIVEN_UP);
  }
  return customer;
}
