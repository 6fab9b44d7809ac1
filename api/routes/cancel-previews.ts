/** What calling a subscription off means, shown to the merchant and in the portal before anybody does it. */
import { z } from 'zod';
import { benefitsHeld, endOf } from '../../db/ends.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { quoteOfEnd } from '../../db/quotes.ts';
import { cancelPreviewView } from '../../db/views/subscription-preview.ts';
import { CancelPreview, CancelPreviewRequest } from '../../schemas/subscription-preview.ts';
import type { TaxProvider } from '../../tax/provider.ts';
import { withTaxes } from '../../tax/sheet.ts';
import { alreadyCanceled } from '../errors.ts';
import { route } from '../route.ts';
import { mySubscription } from './portal-subscriptions.ts';
import { found } from './subscription-previews.ts';

const params = z.object({ id: z.uuid() });

export const previewCancel = route({
  method: 'post',
  path: '/v1/subscriptions/{id}/cancel-preview',
  summary: 'Preview a cancellation',
  description:
    'At the end of the period, or at once: when it ends, its last order, and the benefits that go. Nothing is changed.',
  tag: 'Subscriptions',
  scopes: ['subscriptions:read', 'subscriptions:write'],
  params,
  body: CancelPreviewRequest,
  response: CancelPreview,
  errors: [403, 404],
  async handle({ params, body, organization, em, request, taxes }) {
    return preview(em, taxes, await found(em, organization, params.id), body.revoke, request.at);
  },
});

export const previewMyCancel = route({
  method: 'get',
  path: '/v1/customer-portal/subscriptions/{id}/cancel-preview',
  summary: 'Preview a cancellation',
  description: 'When it ends, its last order, and the benefits that go.',
  tag: 'Customer portal',
  auth: 'customer',
  params,
  response: CancelPreview,
  errors: [403, 404],
  async handle({ params, customer, em, request, taxes }) {
    const row = await mySubscription(em, customer.id, params.id);
    await em.populate([row], ['customer.testClock']);
    return preview(em, taxes, row, false, request.at);
  },
});

export const cancelPreviewRoutes = [previewCancel, previewMyCancel];

async function preview(em: EntityManager, taxes: TaxProvider, row: SubscriptionRow, isRevoked: boolean, now: Date) {
  if (row.status === 'canceled') throw alreadyCanceled();
  const end = endOf(row, isRevoked, nowOf(row.customer, now));
  const quote = await withTaxes(taxes, (sheet) => quoteOfEnd(em, sheet, row, end));
  return cancelPreviewView(row, end, await benefitsHeld(em, row), quote);
}
