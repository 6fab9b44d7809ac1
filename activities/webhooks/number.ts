/** Gives an endpoint's committed events their numbers. */
import type { WebhookEndpointId } from '../../billing/ids.ts';
import type { EntityManager } from '../../db/orm.ts';

/**
 * Numbers what isn't numbered yet, in the order of positions, after all that is; answers with how many those were. What
 * commits later gets a higher number, so that a receiver sees numbers that only grow and miss none.
 */
export async function numberEvents(em: EntityManager, endpointId: WebhookEndpointId): Promise<number> {
  return em.transactional(async (tx) => {
    // A weaker lock than MikroORM's, which would make everyone wait who is writing an event for this endpoint.
    const [endpoint] = await tx.execute<{ last_sequence: string }[]>(
      'select last_sequence from webhook_endpoints where id = ? for no key update',
      [endpointId],
    );
    if (endpoint === undefined) return 0;
    const numbered = await tx.execute<{ id: string }[]>(
      `update webhook_events set sequence = ?::bigint + given.number
       from (select id, row_number() over (order by position) as number
             from webhook_events where endpoint_id = ? and sequence is null) as given
       where webhook_events.id = given.id returning webhook_events.id`,
      [endpoint.last_sequence, endpointId],
    );
    if (numbered.length > 0) {
      await tx.execute('update webhook_endpoints set last_sequence = last_sequence + ? where id = ?', [
        numbered.length,
        endpointId,
      ]);
    }
    return numbered.length;
  });
}
