/** What is kept of webhooks is kept 90 days. */
import { Context } from '@temporalio/activity';
import { DAY } from '../../billing/periods.ts';
import { activityClock, type Delivering } from './dependencies.ts';

const KEPT = 90 * DAY;
/** Rows a statement: no lock is held for long. */
const BATCH = 5_000;

/**
 * Of older events the payload goes, so that they can't be sent again; of older attempts the row; and of events without
 * payload and attempts the row as well.
 */
const STATEMENTS = [
  `update webhook_events set payload = null where id in (
     select id from webhook_events where written_at < ? and payload is not null limit ?)`,
  `delete from webhook_deliveries where id in (select id from webhook_deliveries where created_at < ? limit ?)`,
  `delete from webhook_events where id in (
     select id from webhook_events e where written_at < ? and payload is null
       and not exists (select 1 from webhook_deliveries where event_id = e.id) limit ?)`,
];

export async function forgetOldWebhooks({ orm }: Pick<Delivering, 'orm'>): Promise<void> {
  const before = new Date(activityClock()().getTime() - KEPT);
  const em = orm.em.fork();
  for (const statement of STATEMENTS) {
    let changed = BATCH;
    while (changed === BATCH) {
      ({ affectedRows: changed } = await em.execute<{ affectedRows: number }>(statement, [before, BATCH], 'run'));
      Context.current().heartbeat();
    }
  }
}
