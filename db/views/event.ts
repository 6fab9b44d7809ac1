/** Events as merchants see them: with their customers, with what they are called, and with how much is part of them. */
import Big from 'big.js';
import { valueAt } from '../../billing/event-filters.ts';
import type { OrganizationId } from '../../billing/ids.ts';
import type { Event } from '../../schemas/event.ts';
import type { EventStore, StoredEvent } from '../../usage/event-store.ts';
import { Customer, type CustomerRow } from '../entities/customer.ts';
import { EventType, type EventTypeRow } from '../entities/event-type.ts';
import type { EntityManager } from '../orm.ts';
import { embeddedCustomerView } from './customer.ts';
import { iso } from './stamps.ts';

/** All of them of one organization. */
export async function eventViews(
  em: EntityManager,
  store: Pick<EventStore, 'childCounts'>,
  organization: OrganizationId,
  rows: readonly StoredEvent[],
): Promise<Event[]> {
  if (rows.length === 0) return [];
  const [customers, types, children] = await Promise.all([
    customersOf(em, organization, rows),
    em.find(EventType, { organization, name: { $in: [...new Set(rows.map(({ name }) => name))] } }),
    store.childCounts(
      organization,
      rows.map(({ id }) => id),
    ),
  ]);
  return rows.map((row) => {
    const customer = customers(row);
    return {
      id: row.id,
      timestamp: iso(new Date(row.timestamp)),
      organization_id: organization,
      customer_id: row.customerId ?? customer?.id ?? null,
      customer: customer ? embeddedCustomerView(customer) : null,
      external_customer_id: row.externalCustomerId ?? customer?.externalId ?? null,
      member_id: row.memberId,
      external_member_id: row.externalMemberId,
      child_count: children.get(row.id) ?? 0,
      parent_id: row.parentId,
      label: labelOf(
        row,
        types.find(({ name }) => name === row.name),
      ),
      name: row.name,
      source: row.source,
      metadata: metadataOf(row),
    };
  });
}

/** By our id, else by the merchant's own. */
async function customersOf(em: EntityManager, organization: OrganizationId, rows: readonly StoredEvent[]) {
  const ids = rows.flatMap(({ customerId }) => customerId ?? []);
  const externalIds = rows.flatMap(({ customerId, externalCustomerId }) =>
    customerId === null ? (externalCustomerId ?? []) : [],
  );
  const found = await em.find(Customer, {
    organization,
    $or: [{ id: { $in: ids } }, { externalId: { $in: externalIds }, deletedAt: null }],
  });
  const byId = new Map(found.map((row) => [row.id, row as CustomerRow]));
  const byExternalId = new Map(found.filter(({ deletedAt }) => !deletedAt).map((row) => [row.externalId, row]));
  return ({ customerId, externalCustomerId }: StoredEvent): CustomerRow | undefined =>
    customerId === null ? (byExternalId.get(externalCustomerId ?? '') as CustomerRow) : byId.get(customerId);
}

/** `subscription.past_due` is “Subscription past due”. */
export function labelOfSystem(name: string): string {
  const words = name.replaceAll(/[._]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function labelOf({ name, source, metadata }: StoredEvent, type: EventTypeRow | undefined): string {
  if (source === 'system') return labelOfSystem(name);
  const said = type?.labelPropertySelector ? valueAt(metadata, type.labelPropertySelector) : undefined;
  if (typeof said === 'string' && said !== '') return said;
  return typeof said === 'number' ? String(said) : (type?.label ?? name);
}

/** What it cost is a decimal in text, however it was sent. */
function metadataOf({ metadata }: StoredEvent): Readonly<Record<string, unknown>> {
  const { _cost: cost } = metadata;
  if (typeof cost !== 'object' || cost === null || !('amount' in cost) || typeof cost.amount !== 'number') {
    return metadata;
  }
  return { ...metadata, _cost: { ...cost, amount: new Big(cost.amount).toFixed() } };
}
