/** What a customer's change of their subscription comes to, shown in their portal before they agree to it. */
import { z } from 'zod';
import { nextCharge } from '../../db/next-charge.ts';
import { nowOf } from '../../db/now.ts';
import { quoteOfChange, quoteOfResumption } from '../../db/quotes.ts';
import { changePreviewView, chargePreviewView, resumptionPreviewView } from '../../db/views/subscription-preview.ts';
import { ChangePreview, ChargePreview, CustomerChangePreviewRequest } from '../../schemas/subscription-preview.ts';
import { withTaxes } from '../../tax/sheet.ts';
import { alreadyCanceled, inactiveSubscription } from '../errors.ts';
import { route } from '../route.ts';
import { myWish } from '../subscriptions/change-mine.ts';
import { plannedOr422 } from '../subscriptions/change-terms.ts';
import { mySubscription } from './portal-subscriptions.ts';
import { refuseUnchangeable } from './subscription-previews.ts';

const tag = 'Customer portal';
const params = z.object({ id: z.uuid() });

export const previewMyChange = route({
  method: 'post',
  path: '/v1/customer-portal/subscriptions/{id}/change-preview',
  summary: 'Preview a change',
  description: 'Of the product or of the seats, as the shop would bill it. Nothing is changed.',
  tag,
  auth: 'customer',
  params,
  body: CustomerChangePreviewRequest,
  response: ChangePreview,
  errors: [403, 404],
  async handle({ params, body, customer, em, request, taxes }) {
    const row = await mySubscription(em, customer.id, params.id);
    const wish = await myWish(em, row, body);
    refuseUnchangeable(row);
    const { plan, discount } = await plannedOr422(em, row, wish, null);
    const at = nowOf(row.customer, request.at);
    const quote =
      plan.kind === 'now'
        ? await withTaxes(taxes, (sheet) => quoteOfChange(em, sheet, row, plan, discount, at.getTime()))
        : null;
    return changePreviewView(row, plan, quote, at);
  },
});

export const previewMyCharge = route({
  method: 'get',
  path: '/v1/customer-portal/subscriptions/{id}/charge-preview',
  summary: 'Preview the next charge',
  description:
    'The order that the end of the present period, or of a meter period within it, brings, as things are now. A pause ' +
    'brings none.',
  tag,
  auth: 'customer',
  params,
  response: ChargePreview,
  errors: [403, 404],
  async handle({ params, customer, em, taxes }) {
    const row = await mySubscription(em, customer.id, params.id);
    if (row.status === 'canceled') throw alreadyCanceled();
    return chargePreviewView(row, await withTaxes(taxes, (sheet) => nextCharge(em, sheet, row)));
  },
});

export const previewMyResumption = route({
  method: 'get',
  path: '/v1/customer-portal/subscriptions/{id}/resume-preview',
  summary: 'Preview what resuming charges',
  description: 'If what is paused resumed now.',
  tag,
  auth: 'customer',
  params,
  response: ChargePreview,
  errors: [403, 404],
  async handle({ params, customer, em, request, taxes }) {
    const row = await mySubscription(em, customer.id, params.id);
    if (row.status !== 'paused') throw inactiveSubscription('This subscription is not paused.');
    await em.populate([row], ['customer.testClock']);
    const at = nowOf(row.customer, request.at);
    const quote = await withTaxes(taxes, (sheet) => quoteOfResumption(em, sheet, row, at.getTime()));
    return resumptionPreviewView(row, quote, at);
  },
});

export const portalPreviewRoutes = [previewMyChange, previewMyCharge, previewMyResumption];
