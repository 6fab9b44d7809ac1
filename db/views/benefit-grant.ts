/** A customer's hold on a benefit as the API, and as webhooks, show it. */
import type { BenefitGrant } from '../../schemas/benefit-grant.ts';
import type { BenefitGrantRow } from '../entities/benefit-grant.ts';
import { benefitView } from './benefit.ts';
import { customerView } from './customer.ts';
import { identity, isoOrNull } from './stamps.ts';

export const GRANT_POPULATE = ['benefit', 'customer'] as const;

export function grantView(row: BenefitGrantRow): BenefitGrant {
  return {
    ...identity(row),
    granted_at: isoOrNull(row.grantedAt),
    is_granted: Boolean(row.grantedAt) && !row.revokedAt,
    revoked_at: isoOrNull(row.revokedAt),
    is_revoked: Boolean(row.revokedAt),
    subscription_id: row.subscription?.id ?? null,
    order_id: row.order?.id ?? null,
    customer_id: row.customer.id,
    member_id: null,
    benefit_id: row.benefit.id,
    error: row.error ?? null,
    customer: customerView(row.customer),
    member: null,
    benefit: benefitView(row.benefit),
    properties: row.properties as BenefitGrant['properties'],
  };
}

/** With what the grant held before, for receivers that clean up after it. */
export function grantWebhookView(row: BenefitGrantRow, previousProperties: Record<string, unknown> | null = null) {
  return { ...grantView(row), previous_properties: previousProperties };
}
