/** Tells the owners of an endpoint that it takes no events, and what to do. */
import { randomUUID } from 'node:crypto';
import { log } from '@temporalio/activity';
import { Email } from '../../db/entities/email.ts';
import { Organization } from '../../db/entities/organization.ts';
import type { WebhookEndpointRow } from '../../db/entities/webhook.ts';
import type { EntityManager } from '../../db/orm.ts';
import { wake } from '../../db/outbox.ts';
import type { Letter } from '../../emails/letter.ts';
import { rendered } from '../../emails/render.ts';
import { endpointDisabled } from '../../emails/webhooks.ts';

const PERENNIAL = { name: 'Perennial' };
const NOBODY = { name: null, locale: null };

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
    ...rendered(await letter(em, organization.name, endpoint, at, publicUrl), { seller: PERENNIAL, reader: NOBODY }),
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

async function letter(
  em: EntityManager,
  organizationName: string,
  endpoint: WebhookEndpointRow,
  at: Date,
  publicUrl: string,
): Promise<Letter> {
  const { id, name, url, failuresInARow } = endpoint;
  return endpointDisabled(organizationName, {
    name: name ?? null,
    url,
    failuresInARow,
    since: await firstOfTheFailures(em, endpoint),
    disabledAt: at.toISOString(),
    address: `${publicUrl}/v1/webhooks/endpoints/${id}`,
  });
}
