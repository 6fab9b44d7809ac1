/** The meters of all organizations, kept in memory until one is made or changed: the database says when. */
import type { ClientBase } from 'pg';
import type { Aggregation } from '../billing/aggregations.ts';
import type { Filter } from '../billing/event-filters.ts';
import type { MeterId, OrganizationId } from '../billing/ids.ts';

export interface MeterTerms {
  readonly id: MeterId;
  readonly organizationId: OrganizationId;
  readonly filter: Filter;
  readonly aggregation: Aggregation;
}

export class KnownMeters {
  private version = -1;
  private byOrganization = new Map<OrganizationId, MeterTerms[]>();

  /** Those of a version that `client`, in its transaction, has found and that can't change before it ends. */
  async at(version: number, client: ClientBase): Promise<ReadonlyMap<OrganizationId, readonly MeterTerms[]>> {
    if (version === this.version) return this.byOrganization;
    const { rows } = await client.query<MeterTerms>(
      `select id, organization_id as "organizationId", filter, aggregation from meters where archived_at is null`,
    );
    this.byOrganization = Map.groupBy(rows, ({ organizationId }) => organizationId);
    this.version = version;
    return this.byOrganization;
  }
}
