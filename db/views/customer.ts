/** A customer as the API shows them. */
import type { Customer, EmbeddedCustomer } from '../../schemas/customer.ts';
import type { CustomerRow } from '../entities/customer.ts';
import { identity, isoOrNull } from './stamps.ts';

export function customerView(row: CustomerRow): Customer {
  return { ...embeddedCustomerView(row), type: row.type, email: row.email } as Customer;
}

/** As part of what they bought. */
export function embeddedCustomerView(row: CustomerRow): EmbeddedCustomer {
  return {
    ...identity(row),
    metadata: row.metadata,
    external_id: row.externalId ?? null,
    email: row.email,
    email_verified: row.emailVerified,
    type: row.type,
    name: row.name ?? null,
    billing_name: row.billingName ?? row.name ?? null,
    billing_address: addressView(row.billingAddress),
    tax_id: row.taxId ?? null,
    locale: row.locale ?? null,
    organization_id: row.organization.id,
    default_payment_method_id: row.defaultPaymentMethodId ?? null,
    deleted_at: isoOrNull(row.deletedAt),
    first_user_event_at: null,
    avatar_url: null,
    test_clock_id: row.testClock?.id ?? null,
  };
}

/** Without what is needed for billing alone, which is not for plain members of a team, nor for whoever has a key. */
export const NO_BILLING = { billing_name: null, billing_address: null, tax_id: null, default_payment_method_id: null };

export function addressView(address: CustomerRow['billingAddress']): EmbeddedCustomer['billing_address'] {
  if (!address) return null;
  return {
    line1: address.line1 ?? null,
    line2: address.line2 ?? null,
    postal_code: address.postal_code ?? null,
    city: address.city ?? null,
    state: address.state ?? null,
    country: address.country,
  } as EmbeddedCustomer['billing_address'];
}
