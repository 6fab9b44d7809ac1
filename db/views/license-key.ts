/** A license key and its activations as the API shows them. */
import type { LicenseKey } from '../../schemas/license-key.ts';
import type { LicenseKeyActivationRow, LicenseKeyRow } from '../entities/license-key.ts';
import { embeddedCustomerView } from './customer.ts';
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

export function activationView(row: LicenseKeyActivationRow) {
  return { ...identity(row), license_key_id: row.licenseKey.id, label: row.label, meta: row.meta };
}
