/** Events as merchants see them: with their customers, with what they are called, and with how much is part of them. */
import Big from 'big.js';
import { valueAt } from '../../billing/event-filters.ts';
import type { CustomerId, EventId, MemberId, OrganizationId } from '../../billing/ids.ts';
import type { Event } from '../../schemas/event.ts';
import { Customer, type CustomerRow } from '../entities/customer.ts';
import { EventType, type EventTypeRow } from '../entities/event-type.ts';
import type { EntityManager } from '../orm.ts';
import { embeddedCustomerView } from './customer.ts';
import { iso } from './stamps.ts';

/** As `EVENT_COLUMNS` reads it. */
export interface StoredEvent {
  readonly id: EventId;
  /** ms since 1970. */
  readonly timestamp: number;
  readonly customer_id: CustomerId | null;
  readonly external_customer_id: string | null;
  readonly member_id: MemberId | null;
  readonly external_member_id: string | null;
  readonly parent_id: EventId | null;
  readonly name: string;
  readonly source: 'system' | 'user';
  readonly metadata: Record<string, unknown>;
}

export const EVENT_COLUMNS = `e.id, (extract(epoch from e."timestamp") * 1000)::float8 as timestamp, e.customer_id, e.external_customer_id, e.member_id,
  e.external_member_id, e.parent_id, e.name, e.source, e.metadata`;

/** All of them of one organization. */
export async function eventViews(
  em: EntityManager,
  organization: OrganizationId,
  rows: readonly StoredEvent[],
): Promise<Event[]> {
  if (rows.length === 0) return [];
  const [customers, types, children] = await Promise.all([
    customersOf(em, organization, rows),
    em.find(EventType, { organization, name: { $in: [...new Set(rows.map(({ name }) => name))] } }),
    childrenOf(em, organization, rows),
  ]);
  return rows.map((row) => {
    const customer = customers(row);
    return {
      id: row.id,
      timestamp: iso(new Date(row.timestamp)),
      organization_id: organization,
      customer_id: row.customer_id ?? customer?.id ?? null,
      customer: customer ? embeddedCustomerView(customer) : null,
      external_customer_id: row.external_customer_id ?? customer?.externalId ?? null,
      member_id: row.member_id,
      external_member_id: row.external_member_id,
      child_count: children.get(row.id) ?? 0,
      parent_id: row.parent_id,
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
  const ids = rows.flatMap(({ customer_id }) => customer_id ?? []);
  const externalIds = rows.flatMap(({ customer_id, external_customer_id }) =>
    customer_id === null ? (external_customer_id ?? []) : [],
  );
  const found = await em.find(Customer, {
    organization,
    $or: [{ id: { $in: ids } }, { externalId: { $in: externalIds }, deletedAt: null }],
  });
  const byId = new Map(found.map((row) => [row.id, row as CustomerRow]));
  const byExternalId = new Map(found.filter(({ deletedAt }) => !deletedAt).map((row) => [row.externalId, row]));
  return ({ customer_id, external_customer_id }: StoredEvent): CustomerRow | undefined =>
    customer_id === null ? (byExternalId.get(external_customer_id ?? '') as CustomerRow) : byId.get(customer_id);
}

async function childrenOf(
  em: EntityManager,
  organization: OrganizationId,
  rows: readonly StoredEvent[],
): Promise<Map<EventId, number>> {
  const counted: { parent_id: EventId; children: number }[] = await em.execute(
    `select parent_id, count(*)::int as children from events
     where parent_id = any(?::uuid[]) and organization_id = ? group by parent_id`,
    [`{${rows.map(({ id }) => id).join(',')}}`, organization],
  );
  return new Map(counted.map(({ parent_id, children }) => [parent_id, children]));
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
function metadataOf({ metadata }: StoredEvent): Record<string, unknown> {
  const { _cost: cost } = metadata;
  if (typeof cost !== 'object' || cost === null || !('amount' in cost) || typeof cost.amount !== 'number') {
    return metadata;
  }
  return { ...metadata, _cost: { ...cost, amount: new Big(cost.amount).toFixed() } };
}
