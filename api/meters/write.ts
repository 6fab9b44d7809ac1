/**
 * What a merchant may write of a meter. What decides what it counts is changed while nobody writes events, so that each
 * event is counted by exactly the meters of its time; what came in before is counted afterwards, by `meter-backfill/{id}`.
 */
import { randomUUID } from 'node:crypto';
import type { MeterId, OrganizationId } from '../../billing/ids.ts';
import { Meter, type MeterRow } from '../../db/entities/meter.ts';
import { Organization } from '../../db/entities/organization.ts';
import type { EntityManager } from '../../db/orm.ts';
import { wake } from '../../db/outbox.ts';
import type { MeterCreate, MeterUpdate } from '../../schemas/meter.ts';
import { USAGE_LOCK } from '../../usage/write-events.ts';
import { invalid } from '../errors.ts';
import { hasCounted, refuseArchivingUsed, refuseChangingUsed } from './uses.ts';

/** That count: each looks at each event that comes in. */
const MOST_ACTIVE = 200;

/** First of all in a transaction that changes which meters count, or how: waits for the events that are being written. */
export async function holdEvents(em: EntityManager): Promise<void> {
  await em.execute('select pg_advisory_xact_lock(?)', [USAGE_LOCK]);
}

export async function addMeter(
  em: EntityManager,
  organizationId: OrganizationId,
  body: MeterCreate,
  at: Date,
): Promise<MeterRow> {
  await refuseTooMany(em, organizationId, 'name');
  const row: MeterRow = em.create(Meter, {
    id: randomUUID() as MeterId,
    createdAt: at,
    organization: em.getReference(Organization, organizationId),
    name: body.name,
    ...unitOf(body.unit, body.custom_label, body.custom_multiplier),
    filter: body.filter,
    aggregation: body.aggregation,
    metadata: body.metadata ?? {},
    thresholds: body.thresholds ?? [],
    archivedAt: null,
    countsFrom: at,
  });
  await em.flush();
  await countFromNow(em, row);
  await beginBackfill(em, row, at);
  return row;
}

/** No other meter is made or brought back meanwhile, as events are held. */
async function refuseTooMany(em: EntityManager, organization: OrganizationId, field: string): Promise<void> {
  const active = await em.count(Meter, { organization, archivedAt: null });
  if (active < MOST_ACTIVE) return;
  throw invalid(
    ['body', field],
    `At most ${MOST_ACTIVE} meters can be active: archive one that isn’t needed any more.`,
  );
}

/** Events are held already, wherever `isCounting` of the change. */
export async function changeMeter(em: EntityManager, row: MeterRow, body: MeterUpdate, at: Date): Promise<void> {
  const rules = changedRules(row, body);
  if (rules !== null) {
    // A backfill that is just counting ends its chunk first.
    await em.execute('select 1 from meter_backfills where meter_id = ? for update', [row.id]);
    await refuseChangingUsed(em, row.id, rules.field);
    if (await hasCounted(em, row.id)) {
      throw invalid(['body', rules.field], 'It has counted events: make another meter, and archive this one.');
    }
  }
  if (body.is_archived === true && !row.archivedAt) await refuseArchivingUsed(em, row.id);
  if (body.name) row.name = body.name;
  if (body.metadata) row.metadata = body.metadata;
  if (body.filter) row.filter = body.filter;
  if (body.aggregation) row.aggregation = body.aggregation;
  if (body.unit || body.custom_label !== undefined || body.custom_multiplier !== undefined) {
    const { custom_label: label = row.customLabel, custom_multiplier: multiplier = row.customMultiplier } = body;
    Object.assign(row, unitOf(body.unit ?? row.unit, label, multiplier));
  }
  const isWatchedAnew = Boolean(body.thresholds) && !same(body.thresholds, row.thresholds);
  if (body.thresholds) row.thresholds = body.thresholds;
  const isBack = body.is_archived === false && Boolean(row.archivedAt);
  if (isBack) {
    await refuseTooMany(em, row.organization.id, 'is_archived');
    row.archivedAt = null;
  }
  if (body.is_archived === true) row.archivedAt ??= at;
  row.modifiedAt = at;
  await em.flush();
  if (isBack || rules !== null) await countFromNow(em, row);
  else if (body.is_archived === true) await forgetKnown(em);
  if (rules !== null) await beginBackfill(em, row, at);
  if (isWatchedAnew) await wake(em, 'meter_levels', row.id);
}

/** Whether such a change needs the events held. */
export const isCounting = (body: MeterUpdate): boolean =>
  Boolean(body.filter) || Boolean(body.aggregation) || typeof body.is_archived === 'boolean';

/** What decides what is counted, if it differs; `{"func": "count"}` and the same again is no change. */
function changedRules(row: MeterRow, { filter, aggregation }: MeterUpdate) {
  if (filter && !same(filter, row.filter)) return { field: 'filter' } as const;
  if (aggregation && !same(aggregation, row.aggregation)) return { field: 'aggregation' } as const;
  return null;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** The database orders keys its own way. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, sorted(inner)]);
}

function unitOf(unit: MeterRow['unit'], label: string | null | undefined, multiplier: number | null | undefined) {
  if (unit !== 'custom') return { unit, customLabel: null, customMultiplier: null };
  if (!label) throw invalid(['body', 'custom_label'], 'What is one unit called?');
  return { unit, customLabel: label, customMultiplier: multiplier ?? 1 };
}

/** The database's own time, to the microsecond, as events have it. */
async function countFromNow(em: EntityManager, row: MeterRow): Promise<void> {
  await em.execute('update meters set counts_from = clock_timestamp() where id = ?', [row.id]);
  await forgetKnown(em);
}

/** Whoever writes events reads the meters again. */
async function forgetKnown(em: EntityManager): Promise<void> {
  await em.execute('update usage_epoch set version = version + 1');
}

/** From the first event again. Where nothing has come in yet, there is nothing to do; ClickHouse is not asked for that. */
async function beginBackfill(em: EntityManager, { id }: MeterRow, at: Date): Promise<void> {
  const [begun]: { is_running: boolean }[] = await em.execute(
    `insert into meter_backfills (meter_id, organization_id, started_at, received_before, finished_at)
     select id, organization_id, ?::timestamptz, counts_from,
       case when state = 'postgres' and not exists (select from events e where e.organization_id = m.organization_id)
         then ?::timestamptz end
     from meters m, event_store where id = ?
     on conflict (meter_id) do update set started_at = excluded.started_at, received_before = excluded.received_before,
       finished_at = excluded.finished_at, after_timestamp = null, after_id = null, looked = 0, counted = 0
     returning finished_at is null as is_running`,
    [at.toISOString(), at.toISOString(), id],
  );
  if (begun?.is_running) await wake(em, 'meter_backfill', id);
}
