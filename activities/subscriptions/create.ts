/** A subscription begins: its row, its grants and its events, in the transaction of whatever begins it. */
import type { CheckoutId, PaymentMethodId, SubscriptionId } from '../../billing/ids.ts';
import { periodOf } from '../../billing/periods.ts';
import { type TrialTerms, trialEnd } from '../../billing/trials.ts';
import type { CustomerRow } from '../../db/entities/customer.ts';
import type { DiscountRow } from '../../db/entities/discount.ts';
import type { PriceRow } from '../../db/entities/price.ts';
import type { ProductRow } from '../../db/entities/product.ts';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import { wantGrants } from '../../db/grants.ts';
import type { EntityManager } from '../../db/orm.ts';
import { refuse } from '../failures.ts';
import { setMeters } from './metering.ts';
import { enterMeterPeriod } from './period.ts';

export interface NewSubscription {
  readonly id: SubscriptionId;
  readonly customer: CustomerRow;
  readonly product: ProductRow;
  readonly price: PriceRow;
  /** Of a period, and for how many seats where the price is by seats. */
  readonly amount: number;
  readonly seats: number | null;
  readonly checkoutId: CheckoutId | null;
  /** What it is charged to, where that is not the customer's default card. */
  readonly paymentMethodId?: PaymentMethodId | null;
  readonly trial: TrialTerms | null;
  /** By which usage is billed besides. */
  readonly meteredPrices: readonly PriceRow[];
  readonly discount?: DiscountRow | null;
  readonly metadata: SubscriptionRow['metadata'];
  readonly customFieldData: SubscriptionRow['customFieldData'];
  readonly at: Date;
}

/** Active with its first period, or trialing with the trial as its period; the caller tells of it once all is written. */
export async function beginSubscription(em: EntityManager, given: NewSubscription): Promise<SubscriptionRow> {
  const { product, price, at, trial } = given;
  if (!product.recurringInterval || !product.recurringIntervalCount) {
    refuse('Refused', `${product.name} is sold once; it can't be subscribed to.`);
  }
  const recurrence = { interval: product.recurringInterval, count: product.recurringIntervalCount };
  const trialEndsAt = trial === null ? null : new Date(trialEnd(at.getTime(), trial));
  const period = periodOf(at.getTime(), recurrence, 1);
  const row = em.create(Subscription, {
    id: given.id,
    createdAt: at,
    organization: given.customer.organization,
    customer: given.customer,
    product,
    price,
    checkoutId: given.checkoutId,
    paymentMethodId: given.paymentMethodId ?? null,
    status: trialEndsAt === null ? 'active' : 'trialing',
    amount: given.amount,
    currency: price.currency,
    seats: given.seats,
    discount: given.discount ?? null,
    // An order of nothing, a trial's or that of what is paid by use, doesn't use it up.
    discountFirstUsedAt: given.discount && trialEndsAt === null && given.amount > 0 ? at : null,
    recurringInterval: recurrence.interval,
    recurringIntervalCount: recurrence.count,
    meterInterval: product.meterInterval ?? null,
    meterIntervalCount: product.meterIntervalCount ?? null,
    anchor: trialEndsAt ?? at,
    cycle: trialEndsAt === null ? 1 : 0,
    currentPeriodStart: at,
    currentPeriodEnd: trialEndsAt ?? new Date(period.end),
    trialStart: trialEndsAt === null ? null : at,
    trialEnd: trialEndsAt,
    startedAt: at,
    metadata: given.metadata,
    customFieldData: given.customFieldData,
  });
  enterMeterPeriod(row, at);
  await em.flush();
  await setMeters(em, row, given.meteredPrices, at);
  await wantGrants(em, { customer: given.customer, product, subscription: row, wanted: 'granted', at });
  return row;
}
