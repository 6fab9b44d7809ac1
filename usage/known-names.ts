/** The names that events have come in under, so that a new one, and no other, is written down. */
import type { ClientBase } from 'pg';
import type { OrganizationId } from '../billing/ids.ts';
import type { EventBatch } from './new-event.ts';

interface Named {
  readonly organizationId: OrganizationId;
  readonly name: string;
}

/** Of an organization; more are asked of the database again and again. */
const REMEMBERED = 10_000;

export class KnownNames {
  private readonly known = new Map<OrganizationId, Set<string>>();

  /** In one order, whoever asks. */
  newIn(batches: readonly EventBatch[]): Named[] {
    const found = new Map<string, Named>();
    for (const { organizationId, events } of batches) {
      const known = this.known.get(organizationId);
      for (const { name } of events) {
        if (known?.has(name) !== true) found.set(`${organizationId} ${name}`, { organizationId, name });
      }
    }
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, named]) => named);
  }

  /** Once they are committed. */
  remember(names: readonly Named[]): void {
    for (const { organizationId, name } of names) {
      const known = this.known.get(organizationId) ?? new Set();
      if (known.size < REMEMBERED) this.known.set(organizationId, known.add(name));
    }
  }
}

export async function writeNames(client: ClientBase, names: readonly Named[]): Promise<void> {
  if (names.length === 0) return;
  await client.query(
    `insert into event_types (id, created_at, organization_id, name, label)
     select gen_random_uuid(), clock_timestamp(), organization_id, name, name
     from unnest($1::uuid[], $2::text[]) as g (organization_id, name) on conflict do nothing`,
    [names.map(({ organizationId }) => organizationId), names.map(({ name }) => name)],
  );
}
