/** What a draft order comes to for its customer. */
import { chargeableIn, inSteps } from '../../billing/chargeable.ts';
import type { Line } from '../../billing/orders.ts';
import { refusalOfCharge } from '../../billing/processor-amounts.ts';
import { type Buyer, buyerOfCustomer, placeOf } from '../../db/buyers.ts';
import type { CustomerRow } from '../../db/entities/customer.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import { Organization } from '../../db/entities/organization.ts';
import { itemColumns, taxColumns } from '../../db/order-columns.ts';
import type { EntityManager } from '../../db/orm.ts';
import { type PricedOrder, priceOrderAnyhow } from '../../db/pricing.ts';
import type { TaxSheet } from '../../tax/sheet.ts';
import { invalid } from '../errors.ts';

interface Draft {
  readonly customer: CustomerRow;
  readonly currency: string;
  readonly lines: readonly Line[];
  readonly at: Date;
  /** Where not the customer's own. */
  readonly address?: OrderRow['billingAddress'];
}

export async function priceDraft(em: EntityManager, taxes: TaxSheet, draft: Draft): Promise<PricedOrder> {
  const { customer, currency, lines, at } = draft;
  const seller = await em.findOneOrFail(Organization, customer.organization.id);
  const buyer = draft.address ? livingAt(buyerOfCustomer(customer), draft.address) : buyerOfCustomer(customer);
  const order = { seller, buyer, currency, lines, discount: 0, at: at.getTime() };
  const priced = await priceOrderAnyhow(em, taxes, order);
  const unchargeable = refusalOfCharge(inSteps(priced.totals.total, chargeableIn(currency)), currency);
  if (unchargeable !== null)
    throw invalid(['body', draft.address ? 'billing_address' : 'amount'], unchargeable.message);
  return priced;
}

const livingAt = (buyer: Buyer, address: NonNullable<OrderRow['billingAddress']>): Buyer => ({
  ...buyer,
  address,
  place: placeOf(address),
  evidence: { billing: address.country, ip: null, card: null },
});

/** Its billing address is another one: until it is charged, it is taxed there. */
export async function priceDraftAgain(em: EntityManager, taxes: TaxSheet, order: OrderRow, at: Date): Promise<void> {
  const items = order.items.getItems().sort((a, b) => a.position - b.position);
  const lines = items.map(({ label, amount, proration, priceId }) => ({
    label,
    amount,
    proration,
    priceId: priceId ?? null,
  }));
  const { customer, currency, billingAddress: address } = order;
  const priced = await priceDraft(em, taxes, { customer: customer as CustomerRow, currency, lines, at, address });
  Object.assign(order, taxColumns(priced), { totalAmount: priced.totals.total });
  for (const [i, item] of items.entries()) {
    const line = priced.lines[i];
    if (line) Object.assign(item, itemColumns(line));
  }
}
