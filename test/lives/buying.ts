/** How the customer of a life buys: a checkout, as the API writes it, and the product's own activities that deliver it. */
import { randomUUID } from 'node:crypto';
import { checkoutActivities } from '../../activities/checkouts/index.ts';
import { discountOn } from '../../billing/discounts.ts';
import type { CheckoutId, OrderId, PaymentId, SubscriptionId } from '../../billing/ids.ts';
import { DAY } from '../../billing/periods.ts';
import { amountOf } from '../../billing/prices.ts';
import { discountValueOf } from '../../db/discounts.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Discount, type DiscountRow } from '../../db/entities/discount.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Payment } from '../../db/entities/payment.ts';
import { Price, type PriceRow } from '../../db/entities/price.ts';
import { Product } from '../../db/entities/product.ts';
import { priceTerms } from '../../db/price-terms.ts';
import type { LivesDatabase } from './database.ts';
import { OFFERS, type OfferName } from './offers.ts';
import type { DiscountName, Stage } from './stage.ts';
import type { CardAnswer } from './steps.ts';

export interface Buy {
  readonly offer: OfferName;
  readonly seats: number;
  readonly discount: DiscountName | null;
}

export interface Buyer {
  readonly database: LivesDatabase;
  readonly stage: Stage;
  readonly at: number;
  readonly card: CardAnswer;
  /** The delivery is tried a second time. */
  readonly isRepeated: boolean;
}

export type Bought =
  | { readonly kind: 'bought'; readonly subscriptionId: SubscriptionId }
  | { readonly kind: 'declined' }
  | { readonly kind: 'refused'; readonly why: string };

export async function buy(buyer: Buyer, wanted: Buy): Promise<Bought> {
  const { database, at, card } = buyer;
  const { prepareCheckout, deliverCheckout, reopenCheckout, expireCheckout } = checkoutActivities(database.deps);
  const attemptId = randomUUID() as PaymentId;
  const checkoutId = await openCheckout(buyer, wanted);
  const pressPay = () => prepareCheckout({ checkoutId, attemptId, hasCard: true, at });
  const shown = await pressPay();
  // Its tax is known by then, and the buyer has to see it before they pay.
  const isTaxNew = shown.kind === 'refused' && shown.reason === 'tax_changed';
  const prepared = isTaxNew ? await pressPay() : shown;
  if (prepared.kind === 'refused' || prepared.kind === 'over') {
    await expireCheckout({ checkoutId, at });
    return { kind: 'refused', why: prepared.kind === 'refused' ? prepared.reason : prepared.status };
  }
  const paymentId = prepared.kind === 'payment' ? attemptId : null;
  if (prepared.kind !== 'free' && card !== 'pays') {
    await reopenCheckout({ checkoutId, paymentId, reason: card, at });
    await expireCheckout({ checkoutId, at });
    return { kind: 'declined' };
  }
  if (paymentId !== null) await isTaken(database, paymentId);
  const [subscriptionId, orderId] = [randomUUID() as SubscriptionId, randomUUID() as OrderId];
  const given = { checkoutId, paymentId, subscriptionId, orderId, at };
  await deliverCheckout(given);
  if (buyer.isRepeated) await deliverCheckout(given);
  return { kind: 'bought', subscriptionId };
}

/** What the processor would have said of a payment that it took. */
export async function isTaken({ deps }: LivesDatabase, paymentId: PaymentId): Promise<void> {
  const methodCountry = paymentId < '8' ? 'US' : 'FR';
  const kept = { processorId: `pi_${paymentId}`, processorFee: 31, methodCountry };
  await deps.orm.em.fork().nativeUpdate(Payment, paymentId, kept);
}

/** As the API writes it when a merchant makes a checkout for a customer. */
function openCheckout({ database, stage, at }: Buyer, { offer, seats, discount }: Buy): Promise<CheckoutId> {
  const { organizationId, customerId, currency, products, discounts } = stage;
  const { id: productId, priceId, meteredPriceIds } = products[offer];
  return database.deps.orm.em.fork().transactional(async (em) => {
    const price = (await em.findOneOrFail(Price, priceId)) as PriceRow;
    const off = discount === null ? null : await em.findOneOrFail(Discount, discounts[discount]);
    const isBySeats = typeof OFFERS[offer].price === 'object' && OFFERS[offer].price !== null;
    const count = isBySeats ? Math.min(seats, 1000) : null;
    const amount = amountOf(priceTerms(price), { amount: null, seats: count });
    const id = randomUUID() as CheckoutId;
    em.create(Checkout, {
      ...{ id, createdAt: new Date(at), clientSecret: `polar_c_${id}` },
      ...{ organization: em.getReference(Organization, organizationId), productIds: [productId] },
      ...{ product: em.getReference(Product, productId), price, currency, amount, seats: count },
      ...{ customer: em.getReference(Customer, customerId), expiresAt: new Date(at + DAY) },
      customerBillingAddress: { country: 'DE' },
      discount: off,
      discountAmount: off === null ? 0 : discountOn(amount, currency, discountValueOf(off as DiscountRow)),
      meteredPriceIds: [...meteredPriceIds],
    });
    return id;
  });
}
