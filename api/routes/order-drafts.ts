/** Orders that the merchant writes, and has charged to a saved card without the customer being there. */
import { z } from 'zod';
import type { OrderId, OrganizationId } from '../../billing/ids.ts';
import { Order, type OrderRow } from '../../db/entities/order.ts';
import type { EntityManager } from '../../db/orm.ts';
import { ORDER_POPULATE, orderView } from '../../db/views/order.ts';
import { Order as OrderSchema } from '../../schemas/order.ts';
import { OrderCreate, OrderFinalize } from '../../schemas/order-draft.ts';
import { createDraft } from '../orders/draft.ts';
import { finalizeDraft } from '../orders/finalize.ts';
import { refuseForeign } from '../organizations/named.ts';
import { route } from '../route.ts';

const tag = 'Orders';

export const createOrder = route({
  method: 'post',
  path: '/v1/orders/',
  summary: 'Write a draft order',
  description: 'For a product that is sold once. Nothing is charged until the draft is finalized.',
  tag,
  scopes: ['orders:write'],
  body: OrderCreate,
  response: OrderSchema,
  status: 201,
  async handle({ body, organization, em, taxes, request }) {
    refuseForeign(body.organization_id, organization);
    return view(em, organization, await createDraft(em, taxes, organization, body, request.at));
  },
});

export const finalizeOrder = route({
  method: 'post',
  path: '/v1/orders/{id}/finalize',
  summary: 'Finalize a draft order',
  description:
    'Charges a saved card and answers when the order is paid. Where the card is declined, the order stays a draft and ' +
    'can be finalized again. Asking twice charges once. The taxes of a draft that is older than a day are those of today.',
  tag,
  scopes: ['orders:write'],
  params: z.object({ id: z.uuid() }),
  body: OrderFinalize,
  response: OrderSchema,
  errors: [402, 404, 412],
  async handle({ params, body, organization, em, request, taxes, workflows }) {
    await finalizeDraft(em, { taxes, workflows }, organization, params.id, body, request.at);
    return view(em, organization, params.id);
  },
});

export const orderDraftRoutes = [createOrder, finalizeOrder];

async function view(em: EntityManager, organization: OrganizationId, id: string) {
  const wanted = { id: id as OrderId, organization };
  return orderView((await em.fork().findOneOrFail(Order, wanted, { populate: ORDER_POPULATE })) as OrderRow);
}
