/** What a customer's change of their subscription comes to, shown in their portal before they agree to it. */
import { z } from 'zod';
import { CustomerBalance } from '../../db/entities/customer-balance.ts';
import { nowOf } from '../../db/now.ts';
import { quoteOfChange, quoteOfResumption } from '../../db/quotes.ts';
import { changePreviewView, resumptionPreviewView } from '../../db/views/subscription-preview.ts';
import { CustomerBalances } from '../../schemas/customer-balance.ts';
import { ChangePreview, ChargePreview, CustomerChangePreviewRequest } from '../../schemas/subscription-preview.ts';
import { inactiveSubscription } from '../errors.ts';
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
  async handle({ params, body, customer, em, request }) {
    const row = await mySubscription(em, customer.id, params.id);
    const wish = await myWish(em, row, body);
    refuseUnchangeable(row);
    const { plan, discount } = await plannedOr422(em, row, wish, null);
    const quote = plan.kind === 'now' ? await quoteOfChange(em, row, plan, discount) : null;
    return changePreviewView(row, plan, quote, nowOf(row.customer, request.at));
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
  async handle({ params, customer, em, request }) {
    const row = await mySubscription(em, customer.id, params.id);
    if (row.status !== 'paused') throw inactiveSubscription('This subscription is not paused.');
    await em.populate([row], ['customer.testClock']);
    const at = nowOf(row.customer, request.at);
    return resumptionPreviewView(row, await quoteOfResumption(em, row, at.getTime()), at);
  },
});

export const listMyBalances = route({
  method: 'get',
  path: '/v1/customer-portal/customers/me/balances',
  summary: 'Get your balances',
  description: 'What is to your credit, and pays for your next orders; one in each currency.',
  tag,
  auth: 'customer',
  response: CustomerBalances,
  async handle({ customer, em }) {
    const rows = await em.find(CustomerBalance, { customer: customer.id }, { orderBy: { currency: 'asc' } });
    return { items: rows.map(({ currency, amount }) => ({ currency, amount })) };
  },
});

export const portalPreviewRoutes = [previewMyChange, previewMyResumption, listMyBalances];
