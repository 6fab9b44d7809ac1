/** What customers may ask of their own subscriptions. */
import type { z } from 'zod';
import type { ProductId } from '../../billing/ids.ts';
import type { Wish } from '../../db/change-plan.ts';
import { changeAtBank } from '../../db/changes-at-bank.ts';
import { Product } from '../../db/entities/product.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { CustomerSubscriptionUpdate } from '../../schemas/customer-portal.ts';
import type { CustomerPortalSettings } from '../../schemas/organization-settings.ts';
import { invalid, pauseResumeNotAllowed, planChangeNotAllowed, seatsChangeNotAllowed } from '../errors.ts';
import type { WorkflowGateway } from '../workflows.ts';
import { setPause } from './change.ts';
import { changeTerms } from './change-terms.ts';

/** What the shop lets its customers do with their subscriptions; the organization has been read with the row. */
function portalSettings({ organization }: SubscriptionRow): CustomerPortalSettings['subscription'] {
  if (!organization.subscriptionSettings.allow_customer_updates) return NOTHING;
  return organization.customerPortalSettings.subscription;
}

const NOTHING = { update_plan: false, update_seats: false, pause: false };

type Asked = ReturnType<WorkflowGateway['subscription']>;

/** Another product or other seats, where the shop lets its customers. Customers choose among what it shows them. */
export async function myWish(
  em: EntityManager,
  row: SubscriptionRow,
  body: { readonly product_id: string } | { readonly seats: number },
): Promise<Wish> {
  if ('product_id' in body) {
    if (!portalSettings(row).update_plan)
      throw planChangeNotAllowed('Customers of this shop cannot change what they subscribe to.');
    return { productId: await publicProduct(em, row, body.product_id) };
  }
  if (!portalSettings(row).update_seats)
    throw seatsChangeNotAllowed('Customers of this shop cannot change their seats.');
  return { seats: body.seats };
}

async function publicProduct(em: EntityManager, row: SubscriptionRow, id: string): Promise<ProductId> {
  const shown = { id: id as ProductId, organization: row.organization.id, visibility: 'public' as const };
  const product = await em.findOne(Product, shown, { fields: ['id'] });
  if (product === null) throw invalid(['body', 'product_id'], 'This product does not exist.');
  return product.id;
}

export async function changeMySubscription(
  em: EntityManager,
  process: Asked,
  row: SubscriptionRow,
  body: z.output<typeof CustomerSubscriptionUpdate>,
  publicUrl: string,
): Promise<void> {
  if ('product_id' in body || 'seats' in body) {
    return changeTerms(em, process, row, await myWish(em, row, body), null, returnUrlOf(publicUrl, row));
  }
  if ('pause_at_period_end' in body || 'resume' in body) {
    if (!portalSettings(row).pause)
      throw pauseResumeNotAllowed('Customers of this shop cannot pause their subscriptions.');
    return 'resume' in body ? void (await process.resume()) : setPause(process, row, body);
  }
  if ('pending_update' in body) return dropMyChange(em, process, row);
  if (typeof body.cancel_at_period_end !== 'boolean')
    throw invalid(['body'], 'Say what to change: cancel_at_period_end.');
  if (body.cancel_at_period_end) {
    await process.cancel({ reason: body.cancellation_reason ?? null, comment: body.cancellation_comment ?? null });
  } else if (row.cancelAtPeriodEnd || row.status === 'canceled') {
    await process.uncancel();
  }
}

/** From the bank's page back to the portal, which then asks how it went. */
function returnUrlOf(publicUrl: string, { id, organization }: SubscriptionRow): string {
  const url = new URL(`/portal/${organization.slug}`, publicUrl);
  url.searchParams.set('changed_subscription', id);
  return url.href;
}

/** One that waits for the next renewal, or for the customer's bank. */
async function dropMyChange(em: EntityManager, process: Asked, row: SubscriptionRow): Promise<void> {
  if (row.pendingChange || (await changeAtBank(em, row)) !== null) await process.clearPendingChange();
}
