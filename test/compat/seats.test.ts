/** Members and seats, asked by the peer's published SDK. */
import { randomUUID } from 'node:crypto';
import { Polar } from '@polar-sh/sdk';
import { type Running, startRunning } from '../api/running.ts';
import { anEmail, aTeam, delivered } from '../api/teams.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const client = (accessToken?: string) =>
  new Polar({ ...(accessToken === undefined ? {} : { accessToken }), serverURL: running.api });

/** A list's first page. */
async function items<T>(pages: Promise<AsyncIterable<{ result: { items: T[] } }>>): Promise<T[]> {
  for await (const page of await pages) return page.result.items;
  return [];
}

it('members of a customer, by our ids and by the merchant’s own', async () => {
  const { token } = await running.aMerchant();
  const polar = client(token);
  const externalId = randomUUID();
  const owner = { email: anEmail('ada'), name: 'Ada', externalId: 'ada' };
  const team = await polar.customers.create({ type: 'team', name: 'Example Inc.', externalId, owner });
  const { id } = team;
  expect(team).toMatchObject({ type: 'team', email: owner.email });
  const grace = await polar.customers.members.create({
    id,
    memberCreateFromCustomer: { email: anEmail(), name: 'Grace', externalId: 'grace', role: 'billing_manager' },
  });
  expect(grace).toMatchObject({ customerId: id, role: 'billing_manager', externalId: 'grace' });
  const joan = await polar.customers.members.createExternal({
    externalId,
    memberCreateFromCustomer: { email: anEmail('joan'), externalId: 'joan' },
  });
  expect(joan.role).toBe('member');
  expect(await polar.customers.members.get({ id, memberId: grace.id })).toEqual(grace);
  expect(await polar.customers.members.getExternal({ externalId, memberExternalId: 'joan' })).toEqual(joan);
  const renamed = await polar.customers.members.update({
    id,
    memberId: grace.id,
    memberUpdate: { name: 'Grace Example', role: 'owner' },
  });
  expect(renamed).toMatchObject({ name: 'Grace Example', role: 'owner' });
  const byOwnId = { externalId, memberExternalId: 'joan' };
  await polar.customers.members.updateExternal({ ...byOwnId, memberUpdate: { email: anEmail('joan') } });
  const all = await items(polar.members.listMembers({ externalCustomerId: externalId, sorting: ['created_at'] }));
  expect(all.map(({ role }) => role)).toEqual(['billing_manager', 'owner', 'member']);
  expect(await items(polar.members.listMembers({ customerId: id, role: 'owner' }))).toMatchObject([{ id: grace.id }]);
  await polar.customers.members.deleteExternal(byOwnId);
  await polar.customers.members.delete({ id, memberId: all[0]?.id ?? '' });
  await expect(polar.customers.members.get({ id, memberId: joan.id })).rejects.toMatchObject({ statusCode: 404 });
  const individual = await polar.customers.create({ email: anEmail() });
  const refused = polar.customers.members.create({
    id: individual.id,
    memberCreateFromCustomer: { email: anEmail() },
  });
  await expect(refused).rejects.toMatchObject({ statusCode: 403 });
});

it('seats of a subscription', async () => {
  const team = await aTeam(running);
  const polar = client(team.token);
  const subscriptionId = team.subscription.id;
  const email = anEmail();
  const seat = await polar.customerSeats.assignSeat({ subscriptionId, email, metadata: { desk: 7 } });
  expect(seat).toMatchObject({ status: 'pending', email, seatMetadata: { desk: 7 }, member: { email } });
  await polar.customerSeats.resendInvitation({ seatId: seat.id });
  const invitationToken = (await delivered(running, email)) ?? '';
  const offered = await client().customerSeats.getClaimInfo({ invitationToken });
  expect(offered).toMatchObject({ canClaim: true, customerEmail: email, productName: 'Fern Team' });
  const claimed = await client().customerSeats.claimSeat({ invitationToken });
  expect(claimed.seat).toMatchObject({ id: seat.id, status: 'claimed', memberId: seat.memberId });
  const atOnce = await polar.customerSeats.assignSeat({
    ...{ subscriptionId, email: anEmail('joan'), externalMemberId: 'joan', immediateClaim: true },
  });
  expect(atOnce.status).toBe('claimed');
  const listed = await polar.customerSeats.listSeats({ subscriptionId });
  expect([listed.availableSeats, listed.totalSeats, listed.seats.length]).toEqual([1, 3, 2]);

  await team.holders();
  const grants = await items(polar.benefits.grants({ id: team.benefit.id, memberId: seat.memberId }));
  expect(grants).toMatchObject([{ memberId: seat.memberId, member: { email }, isGranted: true }]);
  const memberSession = claimed.customerSessionToken;
  const mine = await items(client().customerPortal.seats.listClaimedSubscriptions({ memberSession }, {}));
  expect(mine).toMatchObject([{ id: subscriptionId, seats: 3 }]);
  const held = await items(client().customerPortal.benefitGrants.list({ memberSession }, {}));
  expect(held).toMatchObject([{ memberId: seat.memberId }]);
  const user = await client().customerPortal.customerSession.getAuthenticatedUser({ memberSession });
  expect(user).toMatchObject({ type: 'member', role: 'member', memberId: seat.memberId });
  await client().customerPortal.customerSession.introspect({ memberSession });

  expect((await polar.customerSeats.revokeSeat({ seatId: seat.id })).status).toBe('revoked');
  const state = await polar.customers.getState({ id: team.customer.id });
  expect(state.type).toBe('team');
});

it('seats of a one-time order', async () => {
  const team = await aTeam(running, { seats: 1, interval: null });
  const polar = client(team.token);
  const orderId = team.order.id;
  const seat = await polar.customerSeats.assignSeat({ orderId, email: anEmail(), immediateClaim: true });
  expect(seat).toMatchObject({ orderId, subscriptionId: null });
  const none = polar.customerSeats.assignSeat({ orderId, email: anEmail() });
  await expect(none).rejects.toMatchObject({ statusCode: 400 });
});

it('the portal of those who pay', async () => {
  const team = await aTeam(running);
  const polar = client(team.token);
  const { id: customerId } = team.customer;
  const { token: memberSession } = await polar.customerSessions.create({ customerId });
  const asOwner = client(memberSession).customerPortal;
  const email = anEmail();
  const grace = await asOwner.members.addMember({ email, name: 'Grace' });
  await asOwner.members.updateMember({ id: grace.id, customerPortalMemberUpdate: { role: 'billing_manager' } });
  const members = await items(asOwner.members.listMembers({}));
  expect(members.map(({ role }) => role).sort()).toEqual(['billing_manager', 'owner']);
  const session = await polar.customerSessions.create({ customerId, memberId: grace.id });
  const manager = { memberSession: session.token };
  const portal = client().customerPortal;
  const seat = await portal.seats.assignSeat(manager, { checkoutId: team.checkout.id, email: anEmail('joan') });
  await portal.seats.resendInvitation(manager, { seatId: seat.id });
  const listed = await portal.seats.listSeats(manager, { subscriptionId: team.subscription.id });
  expect(listed.seats).toMatchObject([{ id: seat.id, status: 'pending' }]);
  expect((await portal.seats.revokeSeat(manager, { seatId: seat.id })).status).toBe('revoked');
  await asOwner.members.removeMember({ id: grace.id });
});
