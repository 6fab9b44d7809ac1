/** Who acts for a customer after addresses and the ownership have changed hands. */
import type { CustomerId } from '../../billing/ids.ts';
import { openLink } from '../../db/email-links.ts';
import { Email, type EmailRow } from '../../db/entities/email.ts';
import { type Running, startRunning } from './running.ts';
import { anEmail, aTeam, delivered } from './teams.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

describe('another address', () => {
  it('of a member makes the invitations that went to the old one worthless', async () => {
    const team = await aTeam(running);
    const email = anEmail();
    const seat = await team.assigned({ email });
    const sent = (await delivered(running, email)) ?? '';
    expect((await team.look(sent)).body.can_claim).toBe(true);
    const path = `/v1/customers/${team.customer.id}/members/${seat.member_id}`;
    await running.made(team.token, 'PATCH', path, { name: 'Grace', email: email.toUpperCase() });
    expect((await team.look(sent)).status).toBe(200);
    const other = anEmail();
    await running.made(team.token, 'PATCH', path, { email: other });
    expect([(await team.look(sent)).status, (await team.claim(sent)).status]).toEqual([404, 400]);
    const [left] = (await team.list()).seats;
    expect(left).toMatchObject({ id: seat.id, status: 'pending', email: other, invitation_token_expires_at: null });
    expect(await delivered(running, email)).toBeNull();
    await team.resend(seat.id);
    expect((await team.claim((await delivered(running, other)) ?? '')).status).toBe(200);
  });

  it('of a customer does the same for the owner who they are', async () => {
    const team = await aTeam(running);
    await team.assigned({ email: team.customer.email });
    const sent = (await delivered(running, team.customer.email)) ?? '';
    await running.made(team.token, 'PATCH', `/v1/customers/${team.customer.id}`, { email: anEmail('ada') });
    expect((await team.claim(sent)).status).toBe(400);
  });
});

describe('the ownership', () => {
  const portal = '/v1/customer-portal';

  it('is not taken by a billing manager who makes the customer’s address theirs', async () => {
    const customer_portal_settings = {
      usage: { show: true },
      subscription: { update_seats: false, update_plan: false },
      customer: { allow_email_change: true },
    };
    const team = await aTeam(running, { organization: { customer_portal_settings } });
    const { id } = await running.made(team.owner, 'POST', `${portal}/members`, {
      ...{ email: anEmail('grace'), role: 'billing_manager' },
    });
    const asking = [`${portal}/customers/me/email-update/request`, { email: anEmail('grace') }] as const;
    expect((await running.call(await team.as(id), 'POST', ...asking)).status).toBe(403);
    expect((await running.call(team.owner, 'POST', ...asking)).status).toBe(202);
  });

  /** By the link of an e-mail to the customer. */
  async function byEmail(customer: CustomerId): Promise<string> {
    const em = running.orm.em.fork();
    const populate = ['organization', 'customer'] as const;
    const email = await em.findOneOrFail(Email, { customer, kind: 'subscription_confirmation' }, { populate });
    const link = await em.transactional((tx) => openLink(tx, email as EmailRow, running.api));
    if (link === null || link === 'over') throw new Error('the e-mail has no link');
    return new URL(link.href).searchParams.get('customer_session_token') ?? '';
  }

  it('leaves whoever was let in by the customer’s own mail with their new role, and without one once they are removed', async () => {
    const team = await aTeam(running);
    const [ada] = (await running.made(team.owner, 'GET', `${portal}/members`)).items;
    const byMail = await byEmail(team.customer.id);
    const grace = await running.made(byMail, 'POST', `${portal}/members`, { email: anEmail('grace') });
    const joan = await running.made(byMail, 'POST', `${portal}/members`, { email: anEmail('joan') });
    await running.made(byMail, 'PATCH', `${portal}/members/${grace.id}`, { role: 'owner' });
    const back = await running.call(byMail, 'PATCH', `${portal}/members/${joan.id}`, { role: 'owner' });
    expect(back.status).toBe(403);
    const later = await byEmail(team.customer.id);
    expect((await running.made(later, 'GET', `${portal}/customer-session/user`)).role).toBe('billing_manager');
    await running.made(await team.as(grace.id), 'DELETE', `${portal}/members/${ada.id}`);
    expect((await running.call(later, 'GET', `${portal}/customers/me`)).status).toBe(401);
    expect((await running.call(byMail, 'GET', `${portal}/customers/me`)).status).toBe(401);
  });
});
