/** Further products of the shop where a life has bought, and what the life does with them. */
import { randomUUID } from 'node:crypto';
import { compareRows } from '../../activities/invariants/rows.ts';
import type { Behavior } from '../../billing/changes.ts';
import type { BenefitId, PriceId, ProductId } from '../../billing/ids.ts';
import type { Interval } from '../../billing/periods.ts';
import { balanceOf } from '../../db/balances.ts';
import { Benefit } from '../../db/entities/benefit.ts';
import { Order, OrderItem } from '../../db/entities/order.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Price } from '../../db/entities/price.ts';
import { Product } from '../../db/entities/product.ts';
import { type Life, theWorld } from './support.ts';

export interface Another {
  readonly price: number;
  readonly every?: Interval;
  readonly trialDays?: number;
  readonly benefit?: string;
}

export async function anotherProduct(sub: Life, offer: Another): Promise<ProductId> {
  const em = theWorld().orm.em.fork();
  const organization = await em.findOneOrFail(Organization, sub.ids.organizationId);
  const createdAt = new Date(await theWorld().now());
  const product = em.create(Product, {
    id: randomUUID() as ProductId,
    createdAt,
    organization,
    name: `At ${offer.price}`,
    recurringInterval: offer.every ?? 'month',
    recurringIntervalCount: 1,
    ...(offer.trialDays === undefined ? {} : { trialInterval: 'day' as const, trialIntervalCount: offer.trialDays }),
  });
  if (offer.benefit !== undefined) {
    const id = randomUUID() as BenefitId;
    product.benefits.add(
      em.create(Benefit, {
        ...{ id, createdAt, organization, type: 'custom' as const },
        ...{ description: offer.benefit, properties: { note: null } },
      }),
    );
  }
  em.create(Price, {
    ...{ id: randomUUID() as PriceId, createdAt, product, currency: 'usd', amount: offer.price },
    amountType: offer.price === 0 ? 'free' : 'fixed',
  });
  await em.flush();
  return product.id;
}

export const changesTo = (sub: Life, productId: ProductId, behavior: Behavior | null = null) =>
  sub.process.changeTerms({ wish: { productId }, behavior });

/** What was billed beyond the purchase: day, reason, status, total, from the balance, and the lines. */
export async function bills(sub: Life): Promise<string[]> {
  const em = theWorld().orm.em.fork();
  const where = { subscription: sub.ids.subscriptionId, billingReason: { $ne: 'subscription_create' as const } };
  const orders = await em.find(Order, where, { orderBy: { createdAt: 'asc', id: 'asc' } });
  return Promise.all(
    orders.map(async (order) => {
      const items = await em.find(OrderItem, { order: order.id }, { orderBy: { position: 'asc' } });
      const applied = order.appliedBalanceAmount === 0 ? '' : ` balance ${order.appliedBalanceAmount}`;
      const reason = order.billingReason.replace('subscription_', '');
      const lines = items.map(({ amount }) => amount).join(' ');
      return `${sub.calendar.day(order.createdAt)} ${reason} ${order.status} ${order.totalAmount}${applied} (${lines})`;
    }),
  );
}

export const balance = (sub: Life): Promise<number> => balanceOf(theWorld().orm.em.fork(), sub.ids.customerId, 'usd');

/** Which rules of the books and rows are broken. */
export async function broken(sub: Life): Promise<string[]> {
  const given = { organizationId: sub.ids.organizationId, at: new Date(await theWorld().now()), named: 20 };
  const found = await compareRows(theWorld().orm.em.fork(), given);
  return found.filter(({ rule }) => !rule.startsWith('grants')).map(({ rule, subject }) => `${rule}: ${subject}`);
}
