/** A customer's hold on a benefit as the API, and as webhooks, show it. */
import type { BenefitGrant } from '../../schemas/benefit-grant.ts';
import type { BenefitGrantRow } from '../entities/benefit-grant.ts';
import type { MemberRow } from '../entities/member.ts';
import { ownersOf } from '../members.ts';
import type { EntityManager } from '../orm.ts';
import { benefitView } from './benefit.ts';
import { customerView } from './customer.ts';
import { memberView } from './member.ts';
import { identity, isoOrNull } from './stamps.ts';

export const GRANT_POPULATE = ['benefit', 'customer', 'member'] as const;

/** With who holds each: the member with the seat, else the customer's owner. */
export async function grantViews(em: EntityManager, rows: readonly BenefitGrantRow[]): Promise<BenefitGrant[]> {
  const owners = await ownersOf(em, [...new Set(rows.flatMap((row) => (row.member ? [] : [row.customer.id])))]);
  return rows.map((row) => grantView(row, row.member ?? owners.get(row.customer.id) ?? null));
}

function grantView(row: BenefitGrantRow, holder: MemberRow | null): BenefitGrant {
  return {
    ...identity(row),
    granted_at: isoOrNull(row.grantedAt),
    is_granted: Boolean(row.grantedAt) && !row.revokedAt,
    revoked_at: isoOrNull(row.revokedAt),
    is_revoked: Boolean(row.revokedAt),
    subscription_id: row.subscription?.id ?? null,
    order_id: row.order?.id ?? null,
    customer_id: row.customer.id,
    member_id: holder?.id ?? null,
    benefit_id: row.benefit.id,
    error: row.error ?? null,
    customer: customerView(row.customer),
    member: holder && memberView(holder),
    benefit: benefitView(row.benefit),
    properties: shown(row.properties) as BenefitGrant['properties'],
  };
}

/** With what the grant held before, for receivers that clean up after it. */
export async function grantWebhookView(
  em: EntityManager,
  row: BenefitGrantRow,
  previousProperties: Record<string, unknown> | null = null,
) {
  const [view] = await grantViews(em, [row]);
  return { ...view, previous_properties: previousProperties && shown(previousProperties) };
}

/** What was left of taken-back units is kept for their return alone. */
function shown({ units_taken_back: _, ...properties }: Record<string, unknown>): Record<string, unknown> {
  return properties;
}
