/** An organization's endpoints, and where they may be. */
import type { OrganizationId, WebhookEndpointId } from '../../billing/ids.ts';
import type { Environment } from '../../config/environment.ts';
import { WebhookEndpoint, type WebhookEndpointRow } from '../../db/entities/webhook.ts';
import type { EntityManager } from '../../db/orm.ts';
import { invalid, notFound } from '../errors.ts';

export async function ownedEndpoint(
  em: EntityManager,
  organization: OrganizationId,
  id: string,
): Promise<WebhookEndpointRow> {
  const found = await em.findOne(WebhookEndpoint, { id: id as WebhookEndpointId, organization, deletedAt: null });
  if (found === null) throw notFound();
  return found;
}

/** Where a name leads is looked at when sending; here only what can be seen in the URL. */
export function refuseUnsafeUrl(
  url: string,
  { WEBHOOKS_ALLOW_PRIVATE_ADDRESSES: mayBePrivate }: Pick<Environment, 'WEBHOOKS_ALLOW_PRIVATE_ADDRESSES'>,
): void {
  const { protocol, username, password } = new URL(url);
  if (!mayBePrivate && protocol !== 'https:') throw invalid(['body', 'url'], 'The URL must begin with https://.');
  if (username !== '' || password !== '') throw invalid(['body', 'url'], 'The URL must not hold a name or password.');
}
