/** A license key and its activations as the API shows them. */
import type { LicenseKey } from '../../schemas/license-key.ts';
import type { LicenseKeyActivationRow, LicenseKeyRow } from '../entities/license-key.ts';
import type { Person } from '../grant-holders.ts';
import { embeddedCustomerView, NO_BILLING } from './customer.ts';
import { memberView } from './member.ts';
import { identity, isoOrNull } from './stamps.ts';

export const LICENSE_KEY_POPULATE = ['customer', 'grant.member'] as const;

/** All but the last part hidden. */
export const displayKey = (key: string): string => `****-${key.slice(key.lastIndexOf('-') + 1).slice(-6)}`;

export function licenseKeyView(row: LicenseKeyRow): LicenseKey {
  return {
    ...identity(row),
    organization_id: row.organization.id,
    customer_id: row.customer.id,
    customer: embeddedCustomerView(row.customer),
    member_id: row.grant.member?.id ?? null,
    member: row.grant.member ? memberView(row.grant.member) : null,
    benefit_id: row.benefit.id,
    key: row.key,
    display_key: displayKey(row.key),
    status: row.status,
    limit_activations: row.limitActivations ?? null,
    usage: row.usage,
    limit_usage: row.limitUsage ?? null,
    validations: row.validations,
    last_validated_at: isoOrNull(row.lastValidatedAt),
    expires_at: isoOrNull(row.expiresAt),
  } as LicenseKey;
}

/** As one of the customer's people sees it, or whoever has the key (null): without what is the merchant's own. */
export function portalLicenseKeyView(row: LicenseKeyRow, person: Pick<Person, 'role'> | null): LicenseKey {
  const view = licenseKeyView(row);
  const isForBilling = person !== null && person.role !== 'member';
  const customer = { ...view.customer, ...(isForBilling ? {} : NO_BILLING), metadata: {}, test_clock_id: null };
  return { ...view, customer };
}

export function activationView(row: LicenseKeyActivationRow) {
  return { ...identity(row), license_key_id: row.licenseKey.id, label: row.label, meta: row.meta };
}
