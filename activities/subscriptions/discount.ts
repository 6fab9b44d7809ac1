/** A subscription's discount: what it takes off each order, and another one from the next order on. */
import { randomUUID } from 'node:crypto';
import { DISCOUNT_REASONS, discountOn, refusalOfDiscount } from '../../billing/discounts.ts';
import type { DiscountId, RedemptionId } from '../../billing/ids.ts';
import { minimumCharge } from '../../billing/minimum-charge.ts';
import type { Line } from '../../billing/orders.ts';
import { discountOf, discountOfNewPeriod, isOfPeriod } from '../../db/change-plan.ts';
import { covers, discountValueOf, redeemableOf } from '../../db/discounts.ts';
import { Discount, DiscountRedemption, type DiscountRow } from '../../db/entities/discount.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { lockRow } from '../../db/lock.ts';
import type { EntityManager } from '../../db/orm.ts';
import { redemptionsOf } from '../../db/redemptions.ts';
import { addressHashOf } from '../../db/same-buyer.ts';
import type { Dependencies } from '../dependencies.ts';
import { snapshotOf } from '../email/terms.ts';
import { writeEmail } from '../email/write.ts';
import { refuse } from '../failures.ts';
import { recordChange } from './recorded.ts';
import { type Step, type Stepped, takeStep, tellSubscription } from './step.ts';

export interface OrderDiscount {
  readonly discount: DiscountRow;
  readonly amount: number;
}

/** What is taken off the order of the period that has just opened. A discount whose months are over leaves its subscription. */
export async function discountOfPeriod(
  em: EntityManager,
  row: SubscriptionRow,
  lines: readonly Line[],
): Promise<OrderDiscount | null> {
  const discount = await discountOf(em, row, row);
  if (discount === null) return null;
  const start = row.currentPeriodStart.getTime();
  if (!isOfPeriod(row, discount, start)) {
    row.discount = null;
    row.discountFirstUsedAt = null;
    return null;
  }
  return takenOff(row, lines, discount, row.currentPeriodStart);
}

/** What is taken off an order of usage alone, dated `at`. One whose months are over stays for what it was used for. */
export async function discountOfUsage(
  em: EntityManager,
  row: SubscriptionRow,
  lines: readonly Line[],
  at: Date,
): Promise<OrderDiscount | null> {
  const discount = await discountOf(em, row, row);
  return discount === null ? null : takenOff(row, lines, discount, at);
}

function takenOff(row: SubscriptionRow, lines: readonly Line[], discount: DiscountRow, at: Date): OrderDiscount | null {
  const amount = discountOfNewPeriod(row, lines, discount, at.getTime());
  if (amount === 0) return null;
  row.discountFirstUsedAt ??= at;
  return { discount, amount };
}

/** Null takes the discount away. What it already is changes nothing. */
export function changeDiscount(
  deps: Dependencies,
  step: Step & { readonly discountId: DiscountId | null },
): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at) => {
    if ((row.discount?.id ?? null) === step.discountId) return;
    const before = await snapshotOf(em, row);
    row.discount = step.discountId === null ? null : await redeemed(em, row, step.discountId, at);
    row.discountFirstUsedAt = null;
    await recordChange(em, row, at, 'subscription.updated', { discount_id: step.discountId });
    await tellSubscription(em, row, at, 'subscription.updated');
    await writeEmail(em, { kind: 'subscription_updated', subscription: row, before, at });
  });
}

async function redeemed(em: EntityManager, row: SubscriptionRow, id: DiscountId, at: Date): Promise<DiscountRow> {
  await em.populate([row], ['customer', 'product', 'price']);
  await lockRow(em, Discount, id);
  const options = { populate: ['products'], refresh: true } as const;
  const found = await em.findOne(Discount, { id, organization: row.organization.id, deletedAt: null }, options);
  if (found === null) refuse('DiscountRefused', DISCOUNT_REASONS.discount_gone);
  const discount = found as DiscountRow;
  await refuseUnredeemable(em, row, discount, at);
  em.create(DiscountRedemption, {
    id: randomUUID() as RedemptionId,
    createdAt: at,
    discount,
    customer: row.customer,
    addressHash: addressHashOf(row.customer.email),
    subscriptionId: row.id,
  });
  return discount;
}

async function refuseUnredeemable(
  em: EntityManager,
  row: SubscriptionRow,
  discount: DiscountRow,
  at: Date,
): Promise<void> {
  const counted = await redemptionsOf(em, discount.id, { customerId: row.customer.id, email: row.customer.email });
  const occasion = { at: at.getTime(), productId: row.product.id, ...counted };
  const refusal = refusalOfDiscount(redeemableOf(discount), occasion);
  if (refusal !== null) refuse('DiscountRefused', DISCOUNT_REASONS[`discount_${refusal}`]);
  if (!covers(discount, row)) refuse('DiscountRefused', 'This discount takes nothing off what the subscription costs.');
  const left = row.amount - discountOn(row.amount, row.currency, discountValueOf(discount));
  if (left > 0 && left < minimumCharge(row.currency)) {
    refuse('DiscountRefused', DISCOUNT_REASONS.discount_too_little);
  }
}
