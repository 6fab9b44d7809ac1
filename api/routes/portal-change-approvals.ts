/** A customer comes back from their bank, which wanted to be asked about a change. */
import { z } from 'zod';
import { CustomerOrderPaymentConfirmation } from '../../schemas/customer-portal.ts';
import { notFound } from '../errors.ts';
import { route } from '../route.ts';
import { approvalView, chargeAtBank } from '../subscriptions/approval.ts';
import { mySubscription } from './portal-subscriptions.ts';

const ChangeConfirm = z
  .object({ payment_intent_id: z.string().max(255) })
  .meta({ id: 'CustomerSubscriptionChangeConfirm' });

export const confirmMyChange = route({
  method: 'post',
  path: '/v1/customer-portal/subscriptions/{id}/confirm-change',
  summary: 'Look whether a change is paid',
  description: 'After the customer has been at their bank. Refused or called off, the subscription is as it was.',
  tag: 'Customer portal',
  auth: 'customer',
  params: z.object({ id: z.uuid() }),
  body: ChangeConfirm,
  response: CustomerOrderPaymentConfirmation,
  errors: [404],
  async handle({ params, body, customer, em, workflows }) {
    const row = await mySubscription(em, customer.id, params.id);
    const payment = await chargeAtBank(em, customer.id, row, body.payment_intent_id);
    if (payment === null) throw notFound('No payment of yours is known under this id.');
    if (payment.status === 'pending') await workflows.subscription(row.id).lookAtBank();
    return approvalView(await em.refreshOrFail(payment));
  },
});

export const portalChangeApprovalRoutes = [confirmMyChange];
