/** Seats in the portal: the owner and billing managers give them to people; everybody sees what they have one of. */
import { z } from 'zod';
import { CustomerSeat as Seat } from '../../db/entities/customer-seat.ts';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import { seatView } from '../../db/views/customer-seat.ts';
import { PORTAL_SUBSCRIPTION_POPULATE, portalSubscriptionViews } from '../../db/views/portal.ts';
import { CustomerSubscription } from '../../schemas/customer-portal.ts';
import { CustomerSeat, CustomerSeatAssign, SeatsList } from '../../schemas/customer-seat.ts';
import { Pagination, page, paginated } from '../../schemas/pagination.ts';
import { type Callers, route } from '../route.ts';
import { assignSeat } from '../seats/assign.ts';
import type { Asker } from '../seats/find.ts';
import { inviteAgain } from '../seats/invite.ts';
import { listSeats } from '../seats/list.ts';
import { revokeSeat } from '../seats/revoke.ts';

const tag = 'Customer portal';
const params = z.object({ seat_id: z.uuid() });

const askerOf = ({ id, organizationId }: Callers['customer']['customer']): Asker => ({
  organization: organizationId,
  customer: id,
});

export const listMySeats = route({
  method: 'get',
  path: '/v1/customer-portal/seats',
  summary: 'List seats',
  description: 'Of one of your subscriptions or one-time orders.',
  tag,
  auth: 'customer',
  query: z.object({ subscription_id: z.uuid().optional(), order_id: z.uuid().optional() }),
  response: SeatsList,
  errors: [400, 404],
  handle: ({ query, customer, em }) => listSeats(em, askerOf(customer), query),
});

export const assignMySeat = route({
  method: 'post',
  path: '/v1/customer-portal/seats',
  summary: 'Assign a seat',
  description: 'They get an invitation by e-mail, and claim it by its link.',
  tag,
  auth: 'customer',
  body: CustomerSeatAssign,
  response: CustomerSeat,
  errors: [400, 404, 429],
  async handle({ body, customer, em, request }) {
    // Whoever gets a seat from another customer is asked first; only the merchant may vouch for them. And who else buys
    // from the merchant is not for customers to know.
    const self = body.customer_id === customer.id ? customer.id : null;
    const asked = { ...body, immediate_claim: false, customer_id: self, external_customer_id: null };
    return seatView(await assignSeat(em, askerOf(customer), asked, request.at));
  },
});

export const revokeMySeat = route({
  method: 'delete',
  path: '/v1/customer-portal/seats/{seat_id}',
  summary: 'Revoke a seat',
  description: 'Its place is free again, and what was held by it is revoked.',
  tag,
  auth: 'customer',
  params,
  response: CustomerSeat,
  errors: [404],
  async handle({ params, customer, em, request }) {
    return seatView(await revokeSeat(em, askerOf(customer), params.seat_id, request.at));
  },
});

export const resendMySeatInvitation = route({
  method: 'post',
  path: '/v1/customer-portal/seats/{seat_id}/resend',
  summary: 'Send an invitation again',
  tag,
  auth: 'customer',
  params,
  response: CustomerSeat,
  errors: [400, 404, 429],
  async handle({ params, customer, em, request }) {
    return seatView(await inviteAgain(em, askerOf(customer), params.seat_id, request.at));
  },
});

export const listClaimedSubscriptions = route({
  method: 'get',
  path: '/v1/customer-portal/seats/subscriptions',
  summary: 'List what you have a seat of',
  description: 'The subscriptions of which you have claimed a seat.',
  tag,
  auth: 'customer',
  forMembers: true,
  query: Pagination,
  response: paginated(CustomerSubscription),
  async handle({ query, customer, person, em }) {
    const claimed = em
      .createQueryBuilder(Seat)
      .select('subscription')
      .where({ member: person.id, status: 'claimed', subscription: { $ne: null } });
    const [rows, total] = await em.findAndCount(
      Subscription,
      { customer: customer.id, id: { $in: claimed } },
      {
        populate: PORTAL_SUBSCRIPTION_POPULATE,
        limit: query.limit,
        offset: (query.page - 1) * query.limit,
        orderBy: { startedAt: 'desc', id: 'asc' },
      },
    );
    return page(await portalSubscriptionViews(em, rows as SubscriptionRow[]), total, query);
  },
});

export const portalSeatRoutes = [
  listMySeats,
  assignMySeat,
  revokeMySeat,
  resendMySeatInvitation,
  listClaimedSubscriptions,
];
