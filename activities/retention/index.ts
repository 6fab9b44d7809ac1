/** Rows that nobody will ask for any more go, and with them what they say of people. */
import { Context } from '@temporalio/activity';
import { DAY } from '../../billing/periods.ts';
import type { EntityManager } from '../../db/orm.ts';
import { bound } from '../bound.ts';
import type { Dependencies } from '../dependencies.ts';

interface Kept {
  readonly table: string;
  /** Whether a row of `t` is over, and has been since before `:before`. */
  readonly isOver: string;
  readonly days: number;
}

const KEPT: readonly Kept[] = [
  { table: 'customer_sessions', isOver: 't.expires_at < :before', days: 7 },
  { table: 'email_verifications', isOver: 't.expires_at < :before', days: 7 },
  // The processor sends an event again for some days.
  { table: 'processor_events', isOver: 't.received_at < :before', days: 90 },
  {
    table: 'emails',
    // Written on a test clock, it may be of another time than the one it was sent at. A seat that is still offered stays.
    isOver: `greatest(t.created_at, t.sent_at) < :before
      and not exists (select 1 from seat_invitations i where i.email_id = t.id and i.expires_at > :before)`,
    days: 90,
  },
];

/** Rows a statement: no lock is held for long. */
const PAGE = 5_000;
/** Before every id, be it a UUID or the processor's. */
const FIRST = '00000000-0000-0000-0000-000000000000';

export const retentionActivities = (deps: Dependencies) => bound(deps, { forgetOldRows });

/** How many went, by table. */
export async function forgetOldRows(
  { orm }: Pick<Dependencies, 'orm'>,
  { at }: { readonly at: number },
): Promise<Readonly<Record<string, number>>> {
  const forgotten: Record<string, number> = {};
  for (const kept of KEPT) forgotten[kept.table] = await forget(orm.em.fork(), kept, at);
  return forgotten;
}

/** Page by page along the ids, so that each row is looked at once, however many went before it. */
async function forget(em: EntityManager, { table, isOver, days }: Kept, at: number): Promise<number> {
  const sql = `
    with page as (select id from ${table} where id > :after order by id limit ${PAGE}),
      gone as (delete from ${table} t using page where t.id = page.id and ${isOver} returning 1)
    select (array_agg(page.id order by page.id desc))[1]::text as last, (select count(*) from gone)::int as gone from page`;
  const before = new Date(at - days * DAY).toISOString();
  let forgotten = 0;
  for (let after: string | null = FIRST; after !== null; ) {
    const [page]: { last: string | null; gone: number }[] = await em.execute(sql, { after, before });
    forgotten += page?.gone ?? 0;
    after = page?.last ?? null;
    Context.current().heartbeat({ table, after });
  }
  return forgotten;
}
