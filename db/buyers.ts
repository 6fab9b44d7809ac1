/** Who is taxed, and where: what tax rules ask of a buyer. */
import type { PlaceEvidence } from '../billing/tax.ts';
import { taxIdOf as checkedTaxIdOf } from '../billing/tax-ids.ts';
import type { TaxId, TaxPlace } from '../tax/provider.ts';
import { Checkout, type CheckoutRow } from './entities/checkout.ts';
import type { Address } from './entities/columns.ts';
import { Customer, type CustomerRow } from './entities/customer.ts';
import { Order } from './entities/order.ts';
import type { OrganizationRow } from './entities/organization.ts';
import type { SubscriptionRow } from './entities/subscription.ts';
import type { EntityManager } from './orm.ts';

export interface Buyer {
  /** As it goes onto the invoice. */
  readonly address: Address | null;
  /** Where they are taxed; null: nobody knows. */
  readonly place: TaxPlace | null;
  readonly taxId: TaxId | null;
  readonly evidence: PlaceEvidence | null;
}

export function placeOf(address: Address): TaxPlace {
  return {
    country: address.country,
    state: address.state?.replace(/^[A-Z]{2}-/, '') || null,
    postalCode: address.postal_code || null,
    city: address.city || null,
    line1: address.line1 || null,
  };
}

/** Where only a country is known. */
const inCountry = (country: string): TaxPlace => placeOf({ country });

/** What the buyer, or the merchant for them, has said by now. */
export function buyerOfCheckout(checkout: CheckoutRow): Buyer {
  const address = checkout.customerBillingAddress ?? null;
  const ip = checkout.customerIpCountry ?? null;
  const place = address === null ? (ip === null ? null : inCountry(ip)) : placeOf(address);
  return { address, place, taxId: taxIdOf(checkout), evidence: evidenceOf(address, ip) };
}

export const taxIdOf = ({ customerTaxId, customerBillingAddress: address }: CheckoutRow): [string, string] | null =>
  customerTaxId ? recognized([customerTaxId, 'unknown'], address) : null;

/** An id that came without a country may be known by it now. */
function recognized(taxId: [string, string], address: Address | null | undefined): [string, string] {
  return taxId[1] === 'unknown' ? (checkedTaxIdOf(taxId[0], address?.country ?? null) ?? taxId) : taxId;
}

export function buyerOfCustomer(customer: CustomerRow): Buyer {
  const address = customer.billingAddress ?? null;
  return {
    address,
    place: address === null ? null : placeOf(address),
    taxId: customer.taxId ? recognized(customer.taxId, address) : null,
    evidence: evidenceOf(address, null),
  };
}

/** Who has taken their address away is taxed where they last were. */
export async function buyerOfSubscription(
  em: EntityManager,
  row: SubscriptionRow,
  seller: Pick<OrganizationRow, 'taxRegistrations'>,
): Promise<Buyer> {
  const buyer = buyerOfCustomer((await em.findOneOrFail(Customer, row.customer.id)) as CustomerRow);
  if (seller.taxRegistrations.length === 0) return buyer;
  const checkout = row.checkoutId ? await em.findOne(Checkout, row.checkoutId) : null;
  const ip = checkout?.customerIpCountry ?? null;
  if (buyer.place !== null) return { ...buyer, evidence: evidenceOf(buyer.address, ip) };
  const last = await em.findOne(
    Order,
    { customer: row.customer.id, billingAddress: { $ne: null } },
    { orderBy: { createdAt: 'desc', id: 'desc' }, fields: ['billingAddress'], disableIdentityMap: true },
  );
  const known = last?.billingAddress ?? checkout?.customerBillingAddress ?? null;
  const place = known === null ? (ip === null ? null : inCountry(ip)) : placeOf(known);
  return { ...buyer, place, evidence: evidenceOf(known, ip) };
}

function evidenceOf(address: Address | null, ip: string | null): PlaceEvidence | null {
  return address === null && ip === null ? null : { billing: address?.country ?? null, ip, card: null };
}
