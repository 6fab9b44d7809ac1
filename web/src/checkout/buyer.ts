/** Who buys, as they enter it, and what the checkout is told of it before Pay is pressed. */
import { type AddressDraft, addressOf, draftOf } from '../address/address.ts';
import type { Address } from '../api/catalog.ts';
import type { AddressModes, Checkout, CheckoutChange } from '../api/checkouts.ts';

export interface BuyerDraft {
  readonly email: string;
  readonly name: string;
  readonly address: AddressDraft;
  readonly isBusiness: boolean;
  /** The business's, as it stands on its invoice. */
  readonly billingName: string;
  readonly taxId: string;
}

export function draftOfBuyer(checkout: Checkout): BuyerDraft {
  return {
    email: checkout.customer_email ?? '',
    name: checkout.customer_name ?? '',
    address: draftOf(checkout.customer_billing_address),
    isBusiness: checkout.is_business_customer,
    billingName: checkout.customer_billing_name ?? '',
    taxId: checkout.customer_tax_id ?? '',
  };
}

/** What tax, currency and the form itself hang on. */
export function pricedBy(draft: BuyerDraft, modes: AddressModes): CheckoutChange {
  const address = addressOf(draft.address, modes);
  return { ...(address === undefined ? {} : { customer_billing_address: address }), ...businessOf(draft, address) };
}

/** Nothing of the business of a buyer who buys for themselves; a tax id is one of the address's country. */
export function businessOf({ isBusiness, billingName, taxId }: BuyerDraft, address: Address | undefined) {
  return {
    is_business_customer: isBusiness,
    customer_billing_name: isBusiness ? billingName.trim() || null : null,
    customer_tax_id: isBusiness && address !== undefined ? taxId.trim() || null : null,
  };
}
