/** Seats: the merchant gives them to people and takes them back; whoever is invited claims theirs. */
import { z } from 'zod';
import { seatView } from '../../db/views/customer-seat.ts';
import {
  CustomerSeat,
  CustomerSeatClaimResponse,
  SeatAssign,
  SeatClaim,
  SeatClaimInfo,
  SeatsList,
} from '../../schemas/customer-seat.ts';
import { route } from '../route.ts';
import { assignSeat } from '../seats/assign.ts';
import { claimInfo, claimSeat } from '../seats/claim.ts';
import { inviteAgain } from '../seats/invite.ts';
import { listSeats } from '../seats/list.ts';
import { revokeSeat } from '../seats/revoke.ts';

const tag = 'Seats';
const params = z.object({ seat_id: z.uuid() });

export const listCustomerSeats = route({
  method: 'get',
  path: '/v1/customer-seats',
  summary: 'List seats',
  description: 'Of a subscription or of a one-time order: who has one, and how many are left.',
  tag,
  scopes: ['customer_seats:read', 'customer_seats:write'],
  query: z.object({ subscription_id: z.uuid().optional(), order_id: z.uuid().optional() }),
  response: SeatsList,
  errors: [400, 404],
  handle: ({ query, organization, em }) => listSeats(em, { organization }, query),
});

export const assignCustomerSeat = route({
  method: 'post',
  path: '/v1/customer-seats',
  summary: 'Assign a seat',
  description:
    'To a member, who is added where they are named by a new address. They get an invitation by e-mail and claim the seat by its link; with `immediate_claim` it is theirs at once. 400 where no seat is left or they have one.',
  tag,
  scopes: ['customer_seats:write'],
  body: SeatAssign,
  response: CustomerSeat,
  errors: [400, 404, 429],
  async handle({ body, organization, em, request }) {
    return seatView(await assignSeat(em, { organization }, body, request.at));
  },
});

export const revokeCustomerSeat = route({
  method: 'delete',
  path: '/v1/customer-seats/{seat_id}',
  summary: 'Revoke a seat',
  description: 'Its place is free again, and what was held by it is revoked.',
  tag,
  scopes: ['customer_seats:write'],
  params,
  response: CustomerSeat,
  errors: [404],
  async handle({ params, organization, em, request }) {
    return seatView(await revokeSeat(em, { organization }, params.seat_id, request.at));
  },
});

export const resendSeatInvitation = route({
  method: 'post',
  path: '/v1/customer-seats/{seat_id}/resend',
  summary: 'Send an invitation again',
  description: 'With a new link; the earlier ones open nothing any more.',
  tag,
  scopes: ['customer_seats:write'],
  params,
  response: CustomerSeat,
  errors: [400, 404, 429],
  async handle({ params, organization, em, request }) {
    return seatView(await inviteAgain(em, { organization }, params.seat_id, request.at));
  },
});

export const getSeatClaim = route({
  method: 'get',
  path: '/v1/customer-seats/claim/{invitation_token}',
  summary: 'Look at an invitation',
  description: 'For whoever has its link.',
  tag,
  auth: 'public',
  params: z.object({ invitation_token: z.string().min(1).max(256) }),
  response: SeatClaimInfo,
  errors: [404],
  handle: ({ params, em, request }) => claimInfo(em, params.invitation_token, request.at),
});

export const claimCustomerSeat = route({
  method: 'post',
  path: '/v1/customer-seats/claim',
  summary: 'Claim a seat',
  description: 'For whoever has the link of its invitation, which then is used. Answers with a session, too.',
  tag,
  auth: 'public',
  body: SeatClaim,
  response: CustomerSeatClaimResponse,
  errors: [400],
  async handle({ body, em, request }) {
    const { seat, sessionToken } = await claimSeat(em, body.invitation_token, request.at);
    return { seat: seatView(seat), customer_session_token: sessionToken };
  },
});

export const customerSeatRoutes = [
  listCustomerSeats,
  assignCustomerSeat,
  revokeCustomerSeat,
  resendSeatInvitation,
  getSeatClaim,
  claimCustomerSeat,
];
