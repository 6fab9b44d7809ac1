/** What a change of a subscription, or its next renewal, would come to: by the very rules that will bill it. */
import { z } from 'zod';
import type { ProductId, SubscriptionId } from '../../billing/ids.ts';
import { refusalOfTerms } from '../../billing/subscription-changes.ts';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import { nextCharge } from '../../db/next-charge.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { quoteOfChange } from '../../db/quotes.ts';
import { changePreviewView, chargePreviewView } from '../../db/views/subscription-preview.ts';
import { ChangePreview, ChangePreviewRequest, ChargePreview } from '../../schemas/subscription-preview.ts';
import { withTaxes } from '../../tax/sheet.ts';
import { alreadyCanceled, notFound } from '../errors.ts';
import { route } from '../route.ts';
import { plannedOr422 } from '../subscriptions/change-terms.ts';
import { refusalOf } from '../workflow-answers.ts';

const tag = 'Subscriptions';
const params = z.object({ id: z.uuid() });

export const previewChange = route({
  method: 'post',
  path: '/v1/subscriptions/{id}/change-preview',
  summary: 'Preview a change',
  description: 'Of the product or of the seats, as if it were asked for now. Nothing is changed.',
  tag,
  scopes: ['subscriptions:read', 'subscriptions:write'],
  params,
  body: ChangePreviewRequest,
  response: ChangePreview,
  errors: [403, 404],
  async handle({ params, body, organization, em, taxes }) {
    const row = await found(em, organization, params.id);
    refuseUnchangeable(row);
    const wish = 'seats' in body ? { seats: body.seats } : { productId: body.product_id as ProductId };
    const { plan, discount } = await plannedOr422(em, row, wish, body.proration_behavior ?? null);
    const at = nowOf(row.customer, new Date());
    const quote =
      plan.kind === 'now'
        ? await withTaxes(taxes, (sheet) => quoteOfChange(em, sheet, row, plan, discount, at.getTime()))
        : null;
    return changePreviewView(row, plan, quote, at);
  },
});

export const previewCharge = route({
  method: 'get',
  path: '/v1/subscriptions/{id}/charge-preview',
  summary: 'Preview the next charge',
  description:
    'The order that the end of the present period, or of a meter period within it, brings, as things are now. A pause ' +
    'brings none.',
  tag,
  scopes: ['subscriptions:read', 'subscriptions:write'],
  params,
  response: ChargePreview,
  errors: [403, 404],
  async handle({ params, organization, em, taxes }) {
    const row = await found(em, organization, params.id);
    if (row.status === 'canceled') throw alreadyCanceled();
    return chargePreviewView(row, await withTaxes(taxes, (sheet) => nextCharge(em, sheet, row)));
  },
});

export const subscriptionPreviewRoutes = [previewChange, previewCharge];

export async function found(em: EntityManager, organization: string, id: string): Promise<SubscriptionRow> {
  const where = { id: id as SubscriptionId, organization } as never;
  const row = await em.findOne(Subscription, where, { populate: ['customer.testClock'] });
  if (row === null) throw notFound();
  return row as SubscriptionRow;
}

export function refuseUnchangeable(row: SubscriptionRow): void {
  const refusal = refusalOfTerms(row);
  if (refusal !== null) throw refusalOf(refusal);
}
