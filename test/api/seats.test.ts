/** Seats: given, claimed, taken back, never more than were bought; and what is held by them. */
import { SeatInvitation } from '../../db/entities/customer-seat.ts';
import { Email } from '../../db/entities/email.ts';
import { PaymentMethod } from '../../db/entities/payment-method.ts';
import { type Running, startRunning } from './running.ts';
import { anEmail, aTeam, delivered } from './teams.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const link = async (email: string) => (await delivered(running, email)) ?? '';

describe('a seat', () => {
  it('is offered by e-mail, claimed by its link, and then its benefits are the member’s', async () => {
    const team = await aTeam(running);
    expect(await team.holders()).toEqual([]);
    const email = anEmail();
    const seat = await team.assigned({ email, metadata: { desk: 7 } });
    expect(seat).toMatchObject({
      ...{ status: 'pending', email, customer_email: email, customer_id: team.customer.id, order_id: null },
      ...{ subscription_id: team.subscription.id, seat_metadata: { desk: 7 }, claimed_at: null },
      member: { email, role: 'member', customer_id: team.customer.id },
    });
    expect(await team.list()).toMatchObject({ seats: [{ id: seat.id }], available_seats: 2, total_seats: 3 });
    expect(await team.holders()).toEqual([]);

    const given = await link(email);
    expect((await team.look(given)).body).toEqual({
      ...{ product_name: 'Fern Team', product_id: team.product.id, customer_email: email, can_claim: true },
      ...{ organization_name: team.organization.name, organization_slug: team.organization.slug },
    });
    const claimed = await team.claim(given);
    expect(claimed).toMatchObject({ status: 200, body: { seat: { id: seat.id, status: 'claimed' } } });
    expect(claimed.body.customer_session_token).toMatch(/^polar_mst_/);
    expect(await team.holders()).toEqual([email]);
    const [grant] = await team.grants(`&member_id=${seat.member_id}`);
    expect(grant).toMatchObject({ is_granted: true, customer_id: team.customer.id, member: { email } });

    const session = claimed.body.customer_session_token;
    const keys = (await running.made(session, 'GET', '/v1/customer-portal/license-keys/')).items;
    expect(keys).toMatchObject([{ member_id: seat.member_id, member: { email } }]);
    const mine = (await running.made(session, 'GET', '/v1/customer-portal/seats/subscriptions')).items;
    expect(mine).toMatchObject([{ id: team.subscription.id }]);
  });

  it('is claimed once, and its token is kept hashed', async () => {
    const team = await aTeam(running);
    const email = anEmail();
    const { id } = await team.assigned({ email });
    const [letter] = await running.orm.em.fork().find(Email, { recipient: email });
    expect(letter?.text).toContain('{{claim-seat}}');
    const given = await link(email);
    const kept = await running.orm.em.fork().find(SeatInvitation, { seat: id });
    expect(JSON.stringify(kept)).not.toContain(given);
    const attempts = await Promise.all(Array.from({ length: 5 }, () => team.claim(given)));
    expect(attempts.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400]);
    expect((await team.look(given)).status).toBe(404);
    expect((await team.claim('polar_si_made-up')).body.error).toBe('InvalidInvitationToken');
    expect((await team.resend(id)).body.error).toBe('SeatNotPending');
  });

  it('is not claimed by an older link, one that has expired, or after it was revoked', async () => {
    const team = await aTeam(running);
    const email = anEmail();
    const { id } = await team.assigned({ email });
    const older = await link(email);
    expect(await team.resend(id)).toMatchObject({ status: 200, body: { id, status: 'pending' } });
    expect((await team.claim(older)).status).toBe(400);
    const newer = await link(email);
    await running.orm.em.fork().nativeUpdate(SeatInvitation, { seat: id }, { expiresAt: new Date(0) });
    expect((await team.look(newer)).body.can_claim).toBe(false);
    expect((await team.claim(newer)).status).toBe(400);
    await team.resend(id);
    const newest = await link(email);
    await team.revoke(id);
    expect((await team.claim(newest)).status).toBe(400);
    expect(await delivered(running, email)).toBeNull();
  });

  it('is the member’s at once where the merchant vouches for it', async () => {
    const team = await aTeam(running);
    const email = anEmail();
    const seat = await team.assigned({ email, external_member_id: 'grace', immediate_claim: true });
    expect(seat).toMatchObject({
      status: 'claimed',
      member: { external_id: 'grace' },
      invitation_token_expires_at: null,
    });
    expect(await team.holders()).toEqual([email]);
    expect(await running.orm.em.fork().count(Email, { recipient: email })).toBe(0);
  });

  it('is given to members by their ids, and to customers as themselves', async () => {
    const team = await aTeam(running, { seats: 4 });
    const members = `/v1/customers/${team.customer.id}/members`;
    const grace = await team.make(members, { email: anEmail(), external_id: 'grace' });
    const joan = await team.make(members, { email: anEmail('joan') });
    const other = await team.make('/v1/customers/', { email: anEmail('linus'), name: 'Linus' });
    expect((await team.assigned({ external_member_id: 'grace' })).member_id).toBe(grace.id);
    expect((await team.assigned({ member_id: joan.id })).member_id).toBe(joan.id);
    expect((await team.assigned({ customer_id: other.id })).member).toMatchObject({
      email: other.email,
      name: 'Linus',
    });
    const own = await team.assigned({ external_customer_id: team.customer.external_id });
    expect(own.member).toMatchObject({ email: team.customer.email, role: 'owner' });
  });

  it.each([
    ['nobody', {}, 400],
    ['two at once', { email: 'a@example.com', member_id: '6f0d4b3e-3f43-4d5b-9e3b-6b1f0f5b8f11' }, 400],
    ['a member that isn’t', { member_id: '6f0d4b3e-3f43-4d5b-9e3b-6b1f0f5b8f11' }, 404],
    ['an external id that isn’t', { external_member_id: 'nobody' }, 404],
    ['a customer that isn’t', { external_customer_id: 'nobody' }, 404],
    ['eleven keys', { email: 'a@example.com', metadata: keys(11) }, 422],
    [
      'too long a text',
      { email: 'a@example.com', metadata: { a: 'x'.repeat(500), b: 'x'.repeat(500), c: 'xxxx' } },
      422,
    ],
  ])('is refused to %s', async (_, body, status) => {
    const team = await shared();
    expect((await team.assign(body)).status).toBe(status);
  });

  it('is one for each member, and needs something with seats', async () => {
    const team = await aTeam(running);
    const email = anEmail();
    await team.assigned({ email });
    expect((await team.assign({ email: email.toUpperCase() })).body.error).toBe('SeatAlreadyAssigned');
    expect((await running.call(team.token, 'GET', '/v1/customer-seats')).status).toBe(400);
    expect((await running.call(team.token, 'POST', '/v1/customer-seats', { email })).status).toBe(400);
    const stranger = await running.aMerchant();
    const foreign = await running.call(stranger.token, 'POST', '/v1/customer-seats', { ...team.bought, email });
    expect(foreign.status).toBe(404);
  });
});

describe('places', () => {
  it('are never taken twice, however many ask at once', async () => {
    const team = await aTeam(running, { seats: 7 });
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) => team.assign({ email: anEmail(`m${n}`), immediate_claim: n % 2 === 0 })),
    );
    const statuses = replies.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(7);
    expect(statuses.filter((status) => status === 400)).toHaveLength(13);
    expect(await team.list()).toMatchObject({ available_seats: 0, total_seats: 7 });
  });

  it('are free again when a seat is revoked; who comes back finds their key', async () => {
    const team = await aTeam(running, { seats: 1 });
    const email = anEmail();
    const seat = await team.assigned({ email, immediate_claim: true });
    expect(await team.holders()).toEqual([email]);
    const [before] = (await running.made(team.token, 'GET', '/v1/license-keys/')).items;
    expect(await team.revoke(seat.id)).toMatchObject({ status: 200, body: { status: 'revoked', id: seat.id } });
    expect(await team.holders()).toEqual([]);
    expect(await team.list()).toEqual({ seats: [], available_seats: 1, total_seats: 1 });
    await team.assigned({ email, immediate_claim: true });
    expect(await team.holders()).toEqual([email]);
    const keys = (await running.made(team.token, 'GET', '/v1/license-keys/')).items;
    expect(keys).toMatchObject([{ id: before.id, key: before.key, status: 'granted' }]);
  });

  it('can’t be given up while people have them, in a change or its preview', async () => {
    const team = await aTeam(running, { seats: 3 });
    await team.assigned({ email: anEmail() });
    await team.assigned({ email: anEmail(), immediate_claim: true });
    const preview = (seats: number) =>
      running.call(team.token, 'POST', `/v1/subscriptions/${team.subscription.id}/change-preview`, { seats });
    expect((await team.patch({ seats: 1 })).body).toMatchObject({ detail: [{ loc: ['body', 'seats'] }] });
    expect((await preview(1)).status).toBe(422);
    expect((await preview(2)).status).toBe(200);
    expect((await team.patch({ seats: 2, proration_behavior: 'next_period' })).status).toBe(200);
    // The third is paid for, but will be gone with the renewal.
    expect(await team.list()).toMatchObject({ available_seats: 0, total_seats: 3 });
    expect((await team.assign({ email: anEmail() })).body.error).toBe('SeatNotAvailable');
  });

  it('are not there where units of something else are sold', async () => {
    const team = await aTeam(running);
    await running.orm.em
      .fork()
      .execute('update prices set unit_label = ? where product_id = ?', ['GB', team.product.id]);
    const refused = await team.assign({ email: anEmail() });
    expect(refused).toMatchObject({ status: 400, body: { error: 'SeatNotAvailable' } });
  });
});

describe('a life', () => {
  it('with a subscription: paused and resumed, moved to another product, ended', async () => {
    const team = await aTeam(running);
    const [grace, joan] = [anEmail('grace'), anEmail('joan')];
    await team.assigned({ email: grace, immediate_claim: true });
    await team.assigned({ email: joan, immediate_claim: true });
    const pending = await team.assigned({ email: anEmail('linus') });
    expect(await team.holders()).toEqual([grace, joan].sort());

    await team.patch({ pause_at_period_end: true });
    await team.lives('2027-05-01T00:00:01Z');
    expect(await team.holders()).toEqual([]);
    await team.patch({ resume: true });
    expect(await team.holders()).toEqual([grace, joan].sort());

    const note = await team.make('/v1/benefits/', { type: 'custom', description: 'A note', properties: {} });
    const { product } = team;
    const max = await team.make('/v1/products/', {
      ...{ name: 'Fern Max', recurring_interval: 'month', prices: product.prices.map(offer) },
    });
    await team.make(`/v1/products/${max.id}/benefits`, { benefits: [note.id] });
    expect((await team.patch({ product_id: max.id, proration_behavior: 'prorate' })).status).toBe(200);
    expect(await team.holders()).toEqual([]);
    const notes = (await running.made(team.token, 'GET', `/v1/benefits/${note.id}/grants`)).items;
    expect(notes.map(({ member }: { member: { email: string } }) => member.email).sort()).toEqual([grace, joan].sort());

    await team.patch({ cancel_at_period_end: true });
    await team.lives('2027-07-01T00:00:01Z');
    const after = (await running.made(team.token, 'GET', `/v1/benefits/${note.id}/grants?is_granted=true`)).items;
    await team.holders();
    expect(after).toEqual([]);
    expect((await team.list()).seats).toEqual([]);
    expect((await team.resend(pending.id)).status).toBe(400);
    expect((await team.assign({ email: anEmail() })).body.error).toBe('SeatNotAvailable');
  });

  it('with a renewal that is paid late: nothing is held meanwhile, nor given to whoever comes', async () => {
    const team = await aTeam(running);
    const [grace, joan] = [anEmail('grace'), anEmail('joan')];
    await team.assigned({ email: grace, immediate_claim: true });
    const { stripeId } = await running.orm.em.fork().findOneOrFail(PaymentMethod, { customer: team.customer.id });
    await running.sandbox(`payment_methods/${stripeId}`, { outcome: 'insufficient_funds' });
    await team.lives('2027-05-01T00:00:01Z');
    expect(await team.holders()).toEqual([]);
    await team.assigned({ email: joan, immediate_claim: true });
    expect(await team.holders()).toEqual([]);
    await running.sandbox(`payment_methods/${stripeId}`, { outcome: 'succeed' });
    await team.lives('2027-05-03T00:00:01Z');
    expect(await team.holders()).toEqual([grace, joan].sort());
  });

  it('with a one-time order', async () => {
    const team = await aTeam(running, { seats: 2, interval: null });
    expect(await team.holders()).toEqual([]);
    const email = anEmail();
    const seat = await team.assigned({ email });
    expect(seat).toMatchObject({ order_id: team.order.id, subscription_id: null });
    await team.claim(await link(email));
    expect(await team.holders()).toEqual([email]);
    await team.assigned({ email: anEmail(), immediate_claim: true });
    expect((await team.assign({ email: anEmail() })).body.error).toBe('SeatNotAvailable');
    await team.revoke(seat.id);
    expect(await team.list()).toMatchObject({ available_seats: 1, total_seats: 2 });
  });

  it('makes the buyer a team that holds nothing itself, until it has a seat', async () => {
    const team = await aTeam(running);
    const customer = await running.made(team.token, 'GET', `/v1/customers/${team.customer.id}`);
    expect(customer.type).toBe('team');
    await team.assigned({ customer_id: team.customer.id, immediate_claim: true });
    expect(await team.holders()).toEqual([team.customer.email]);
  });
});

function keys(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`key_${n}`, n]));
}

const offer = ({ amount_type, price_currency, seat_tiers }: Record<string, never>) => ({
  ...{ amount_type, price_currency, seat_tiers },
});

let sharedTeam: ReturnType<typeof aTeam> | undefined;
const shared = () => {
  sharedTeam ??= aTeam(running);
  return sharedTeam;
};
