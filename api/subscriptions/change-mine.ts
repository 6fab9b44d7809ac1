/** What customers may ask of their own subscriptions. */
import type { z } from 'zod';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import type { CustomerSubscriptionUpdate } from '../../schemas/customer-portal.ts';
import type { CustomerPortalSettings } from '../../schemas/organization-settings.ts';
import { invalid, pauseResumeNotAllowed, planChangeNotAllowed, seatsChangeNotAllowed } from '../errors.ts';
import type { WorkflowGateway } from '../workflows.ts';
import { setPause } from './change.ts';

/** What the shop lets its customers do with their subscriptions; the organization has been read with the row. */
function portalSettings({ organization }: SubscriptionRow): Partial<CustomerPortalSettings['subscription']> {
  return (organization.customerPortalSettings as Partial<CustomerPortalSettings>).subscription ?? {};
}

type Asked = ReturnType<WorkflowGateway['subscription']>;

export async function changeMySubscription(
  process: Asked,
  row: SubscriptionRow,
  body: z.output<typeof CustomerSubscriptionUpdate>,
): Promise<void> {
  if ('product_id' in body) throw planChangeNotAllowed('Customers of this shop cannot change what they subscribe to.');
  if ('seats' in body) throw seatsChangeNotAllowed('Customers of this shop cannot change their seats.');
  if ('pause_at_period_end' in body || 'resume' in body) {
    if (!portalSettings(row).pause)
      throw pauseResumeNotAllowed('Customers of this shop cannot pause their subscriptions.');
    return 'resume' in body ? void (await process.resume()) : setPause(process, row, body);
  }
  // Changes take effect at once, so that none is ever pending.
  if ('pending_update' in body) return;
  if (typeof body.cancel_at_period_end !== 'boolean')
    throw invalid(['body'], 'Say what to change: cancel_at_period_end.');
  if (body.cancel_at_period_end) {
    await process.cancel({ reason: body.cancellation_reason ?? null, comment: body.cancellation_comment ?? null });
  } else if (row.cancelAtPeriodEnd || row.status === 'canceled') {
    await process.uncancel();
  }
}
