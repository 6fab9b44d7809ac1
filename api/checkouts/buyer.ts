/** Who and where the buyer of a checkout is, after a change: address, tax id, a business or not. */
import type { CheckoutRow } from '../../db/entities/checkout.ts';
import { addressFrom } from '../addresses.ts';
import { invalid } from '../errors.ts';
import { type Said, taxIdFrom } from '../tax-ids.ts';
import type { Change } from './choose.ts';

const ADDRESS = ['body', 'customer_billing_address'];
const SAID: Said = { taxId: ['body', 'customer_tax_id'], address: ADDRESS };

type Details = Pick<Change, 'customer_tax_id' | 'customer_billing_address' | 'is_business_customer'>;

/** Once the change itself is written. Throws a 422 where what it says of the buyer can't be. */
export function settleBuyer(checkout: CheckoutRow, change: Details): void {
  const address = checkout.customerBillingAddress;
  if (change.customer_billing_address && address) checkout.customerBillingAddress = addressFrom(address, ADDRESS);
  if (change.is_business_customer === false && !change.customer_tax_id) checkout.customerTaxId = null;
  if (change.customer_tax_id === undefined && change.customer_billing_address === undefined) return;
  const number = checkout.customerTaxId ?? null;
  const taxId = taxIdFrom({ number, country: checkout.customerBillingAddress?.country ?? null }, SAID);
  checkout.customerTaxId = taxId?.[0] ?? null;
  if (taxId !== null) checkout.isBusinessCustomer = true;
}

/** A business's invoice bears its name. */
export function refuseWithoutBillingName(checkout: CheckoutRow): void {
  if (!checkout.isBusinessCustomer || checkout.customerBillingName) return;
  throw invalid(['body', 'customer_billing_name'], 'A business is named on its invoice.', 'missing');
}
