/** Tells the owners of an endpoint that it takes no events, and what to do. */
import { randomUUID } from 'node:crypto';
import { log } from '@temporalio/activity';
import { Email } from '../../db/entities/email.ts';
import { Organization } from '../../db/entities/organization.ts';
import type { WebhookEndpointRow } from '../../db/entities/webhook.ts';
import type { EntityManager } from '../../db/orm.ts';
import { wake } from '../../db/outbox.ts';

/** Within the transaction that disables it: an e-mail to the organization, or a line in the log where it has no address. */
export async function tellOwners(
  em: EntityManager,
  endpoint: WebhookEndpointRow,
  at: Date,
  publicUrl: string,
): Promise<void> {
  const { id, failuresInARow } = endpoint;
  const organization = await em.findOneOrFail(Organization, endpoint.organization.id);
  const disabled = { endpointId: id, organizationId: organization.id, failuresInARow };
  log.error('a webhook endpoint takes no events and was disabled', disabled);
  if (!organization.email) return;
  const emailId = randomUUID();
  await em.insert(Email, {
    id: emailId,
    createdAt: at,
    organization: organization.id,
    kind: 'webhook_endpoint_disabled',
    recipient: organization.email,
    subject: `A webhook endpoint of ${organization.name} was disabled`,
    text: letter(endpoint, await firstOfTheFailures(em, endpoint), at, publicUrl),
  });
  await wake(em, 'email', emailId);
}

/** The row of failures began with it, so that a replay since then sends them all. */
async function firstOfTheFailures(em: EntityManager, { id, failuresInARow }: WebhookEndpointRow): Promise<string> {
  const [first] = await em.execute<{ since: string }[]>(
    `select to_char(min(written_at) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as since
     from (select written_at from webhook_events where endpoint_id = ? and state = 'failed'
           order by modified_at desc limit ?) as failures`,
    [id, failuresInARow],
  );
  return first?.since ?? '';
}

function letter({ id, name, url, failuresInARow }: WebhookEndpointRow, since: string, at: Date, publicUrl: string) {
  const address = `${publicUrl}/v1/webhooks/endpoints/${id}`;
  return [
    'Hello,',
    `the webhook endpoint ${name ? `${name}, ` : ''}${url}, was disabled on ${at.toISOString()}: ` +
      `${failuresInARow} events in a row could not be delivered, the first of them from ${since}. Each was tried for about a day.`,
    'What happens from now on is kept for 90 days, but not sent. Once the endpoint answers again, enable it and have sent what it missed:',
    `PATCH ${address} {"enabled": true}\nPOST ${address}/replay {"since": "${since}"}`,
  ].join('\n\n');
}
