/** Members: the owner whom every customer has, the people of a team, and what each of them may see in the portal. */
import { randomUUID } from 'node:crypto';
import { routes } from '../../api/routes/index.ts';
import { Member } from '../../db/entities/member.ts';
import { type Receiver, startReceiver } from '../webhooks/receiver.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';
import { anEmail, aTeam } from './teams.ts';

let running: Running;
let receiver: Receiver;
beforeAll(async () => {
  [running, receiver] = await Promise.all([startRunning(), startReceiver()]);
});
afterAll(async () => {
  receiver.close();
  await running.close();
});

async function aCustomer(more: Record<string, unknown> = {}) {
  const { token } = await running.aMerchant();
  const externalId = randomUUID();
  const customer = await running.made(token, 'POST', '/v1/customers/', {
    ...{ email: anEmail('ada'), name: 'Ada', external_id: externalId, type: 'team', ...more },
  });
  const path = `/v1/customers/${customer.id}/members`;
  return {
    ...{ token, customer, path },
    ask: (method: string, id = '', body?: unknown) =>
      running.call(token, method, id === '' ? path : `${path}/${id}`, body),
    add: (body: Record<string, unknown> = {}) => running.made(token, 'POST', path, { email: anEmail(), ...body }),
    all: async (query = '') =>
      (await running.made(token, 'GET', `/v1/members/?customer_id=${customer.id}&limit=100${query}`)).items,
  };
}

describe('the owner', () => {
  it('is there from the beginning: the customer, or whoever is named', async () => {
    const { customer, all } = await aCustomer({ type: 'individual' });
    expect(await all()).toMatchObject([
      { email: customer.email, name: 'Ada', external_id: customer.external_id, role: 'owner' },
    ]);
    const owner = { email: anEmail('joan'), name: 'Joan', external_id: 'joan' };
    const named = await aCustomer({ owner });
    expect(await named.all()).toMatchObject([{ ...owner, role: 'owner' }]);
    const { all: ofTeam, customer: team } = await aCustomer({ email: undefined, owner });
    expect([team.email, (await ofTeam())[0].email]).toEqual([owner.email, owner.email]);
  });

  it('changes with the customer that they are', async () => {
    const { token, customer, all } = await aCustomer();
    const email = anEmail('ada');
    await running.made(token, 'PATCH', `/v1/customers/${customer.id}`, { email, name: 'Ada Example' });
    expect(await all()).toMatchObject([{ email, name: 'Ada Example', role: 'owner' }]);
  });

  it('hands over, and is never more than one, nor none', async () => {
    const { ask, add, all } = await aCustomer();
    const [owner] = await all();
    const [grace, joan] = [await add(), await add({ role: 'billing_manager' })];
    expect((await ask('PATCH', owner.id, { role: 'member' })).status).toBe(422);
    expect((await ask('DELETE', owner.id)).status).toBe(422);
    const both = await Promise.all([grace, joan].map(({ id }) => ask('PATCH', id, { role: 'owner' })));
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    const roles = (await all()).map(({ role }: { role: string }) => role).sort();
    expect(roles).toEqual(['billing_manager', 'billing_manager', 'owner']);
    const none = running.orm.em.fork().nativeUpdate(Member, { id: owner.id }, { role: 'owner' });
    await expect(none).rejects.toThrow('members_one_owner');
    const gone = running.orm.em.fork().nativeUpdate(Member, { customer: owner.customer_id }, { role: 'member' });
    await expect(gone).rejects.toThrow('no owner');
  });
});

describe('members', () => {
  it('are added to teams only, known by their address, and unique in their ids', async () => {
    const { add, ask, all } = await aCustomer();
    const grace = await add({ name: 'Grace', external_id: 'grace' });
    expect(grace).toMatchObject({ name: 'Grace', external_id: 'grace', role: 'member' });
    expect((await add({ email: grace.email.toUpperCase() })).id).toBe(grace.id);
    expect((await ask('POST', '', { email: anEmail(), external_id: 'grace' })).body.detail[0].loc).toEqual([
      'body',
      'external_id',
    ]);
    expect((await ask('POST', '', { email: anEmail(), role: 'owner' })).status).toBe(422);
    const joan = await add();
    expect((await ask('PATCH', joan.id, { email: grace.email })).body.detail[0].loc).toEqual(['body', 'email']);
    expect((await all('&role=member')).length).toBe(2);
    const individual = await aCustomer({ type: 'individual' });
    expect((await individual.ask('POST', '', { email: anEmail() })).status).toBe(403);
  });

  it('added by twenty at once are one', async () => {
    const { ask, all } = await aCustomer();
    const email = anEmail();
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask('POST', '', { email })));
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(await all()).toHaveLength(2);
  });

  it('are of their own customer, and of a living one', async () => {
    const [one, other] = [await aCustomer(), await aCustomer()];
    const grace = await one.add();
    expect((await running.call(one.token, 'GET', `${other.path}/${grace.id}`)).status).toBe(404);
    expect((await running.call(other.token, 'GET', `${one.path}/${grace.id}`)).status).toBe(404);
    await running.made(one.token, 'DELETE', `/v1/customers/${one.customer.id}?anonymize=true`);
    const rows = await running.orm.em.fork().find(Member, { customer: one.customer.id });
    expect(rows.every(({ deletedAt, email }) => deletedAt && email.endsWith('@anonymized.invalid'))).toBe(true);
  });

  it('are told of', async () => {
    const { token, add, ask } = await aCustomer();
    const events = ['member.created', 'member.updated', 'member.deleted'];
    await running.made(token, 'POST', '/v1/webhooks/endpoints', { url: receiver.url, format: 'raw', events });
    const { id } = await add();
    await ask('PATCH', id, { name: 'Grace' });
    await ask('DELETE', id);
    const told = () => receiver.received.map(({ body }) => JSON.parse(body)).filter(({ data }) => data.id === id);
    await eventually(async () => (told().length === 3 ? true : undefined));
    expect(told().map(({ type }) => type)).toEqual(events);
    expect(told()[1].data).toMatchObject({ id, name: 'Grace', role: 'member' });
  });

  it('lose their seats and what they held when they are removed', async () => {
    const team = await aTeam(running, { seats: 2 });
    const events = ['customer_seat.revoked', 'benefit_grant.created'];
    await team.make('/v1/webhooks/endpoints', { url: receiver.url, format: 'raw', events });
    const email = anEmail();
    const seat = await team.assigned({ email, immediate_claim: true });
    expect(await team.holders()).toEqual([email]);
    const session = await team.as(seat.member_id);
    await running.made(team.token, 'DELETE', `/v1/customers/${team.customer.id}/members/${seat.member_id}`);
    expect(await team.holders()).toEqual([]);
    expect(await team.list()).toMatchObject({ seats: [], available_seats: 2 });
    expect((await running.call(session, 'GET', '/v1/customer-portal/customers/me')).status).toBe(401);
    const told = () =>
      receiver.received.map(({ body }) => JSON.parse(body)).filter(({ data }) => data.member_id === seat.member_id);
    await eventually(async () => (told().length === 2 ? true : undefined));
    expect(
      told()
        .map(({ type }) => type)
        .sort(),
    ).toEqual(events.sort());
    const granted = told().find(({ type }) => type === 'benefit_grant.created');
    expect(granted.data).toMatchObject({ member: { id: seat.member_id, email }, customer_id: team.customer.id });
  });
});

describe('a session', () => {
  it('is the owner’s, or of the member that is named', async () => {
    const team = await aTeam(running);
    const seat = await team.assigned({ email: anEmail(), external_member_id: 'grace' });
    const who = async (token: string) => running.made(token, 'GET', '/v1/customer-portal/customer-session/user');
    expect(await who(team.owner)).toMatchObject({ type: 'member', role: 'owner', email: team.customer.email });
    const byExternalId = { external_customer_id: team.customer.external_id, external_member_id: 'grace' };
    const { token } = await team.make('/v1/customer-sessions/', byExternalId);
    expect(token).toMatch(/^polar_mst_/);
    expect(await who(token)).toMatchObject({
      role: 'member',
      member_id: seat.member_id,
      customer_id: team.customer.id,
    });
    const wrong = { customer_id: team.customer.id, member_id: randomUUID() };
    expect((await running.call(team.token, 'POST', '/v1/customer-sessions/', wrong)).status).toBe(422);
  });
});

describe('in the portal', () => {
  /** What plain members may do: look at themselves, and at what they hold. */
  const FOR_MEMBERS = [
    'GET /v1/customer-portal/customers/me',
    'GET /v1/customer-portal/customer-session/introspect',
    'GET /v1/customer-portal/customer-session/user',
    'GET /v1/customer-portal/benefit-grants/',
    'GET /v1/customer-portal/benefit-grants/{id}',
    'PATCH /v1/customer-portal/benefit-grants/{id}',
    'GET /v1/customer-portal/license-keys/',
    'GET /v1/customer-portal/license-keys/{id}',
    'GET /v1/customer-portal/seats/subscriptions',
  ];

  it('a plain member gets nowhere else', async () => {
    const team = await aTeam(running);
    const seat = await team.assigned({ email: anEmail(), immediate_claim: true });
    await team.holders();
    const member = await team.as(seat.member_id);
    const [grant] = await team.grants();
    const mine = routes.filter(({ auth }) => auth === 'customer');
    const open: string[] = [];
    for (const { method, path } of mine) {
      const name = `${method.toUpperCase()} ${path}`;
      const id = path.includes('benefit-grants') ? grant?.id : team.subscription.id;
      const reply = await running.call(member, method.toUpperCase(), path.replace(/\{\w+\}/, id ?? ''), undefined);
      if (reply.status !== 403) open.push(name);
      else expect(reply.body.error).toBe('NotPermitted');
    }
    const known = open.filter((name) => FOR_MEMBERS.includes(name));
    expect(known.sort()).toEqual([...FOR_MEMBERS].sort());
    // Others that members may use show what is theirs alone, and are tried where they are made.
    const declared = mine
      .filter(({ forMembers }) => forMembers)
      .map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(open.sort()).toEqual(declared.sort());
    const me = await running.made(member, 'GET', '/v1/customer-portal/customers/me');
    expect(me).toMatchObject({ billing_address: null, tax_id: null, default_payment_method_id: null });
  });

  it('what a plain member holds doesn’t say how the team is billed, nor does the key to whoever has it', async () => {
    const team = await aTeam(running);
    const { token, customer } = team;
    const address = { line1: '1 Example Street', city: 'Berlin', postal_code: '10115', country: 'DE' };
    const private_ = { billing_address: address, tax_id: 'DE123456788', metadata: { tier: 'internal' } };
    await running.made(token, 'PATCH', `/v1/customers/${customer.id}`, private_);
    const seats = [anEmail('grace'), customer.email].map((email) => team.assigned({ email, immediate_claim: true }));
    const [grace] = await Promise.all(seats);
    await team.holders();
    const asGrace = await team.as(grace.member_id);
    const shownTo = async (session: string) => {
      const portal = (path: string) => running.made(session, 'GET', `/v1/customer-portal${path}`);
      const [[grant], [key]] = [(await portal('/benefit-grants/')).items, (await portal('/license-keys/')).items];
      const [one, same] = [await portal(`/benefit-grants/${grant.id}`), await portal(`/license-keys/${key.id}`)];
      return { key, customers: [grant, one, key, same].map((held) => held.customer) };
    };
    const nothing = { billing_name: null, billing_address: null, tax_id: null, default_payment_method_id: null };
    const { key, customers } = await shownTo(asGrace);
    for (const seen of customers) expect(seen).toMatchObject({ id: customer.id, ...nothing });
    const billing = { billing_address: address, tax_id: ['DE123456788', 'eu_vat'], billing_name: 'Ada Example' };
    const { customers: forOwner } = await shownTo(team.owner);
    for (const seen of forOwner) expect(seen).toMatchObject(billing);

    const named = { key: key.key, organization_id: key.organization_id };
    const publicly = (path: string, body: unknown) => running.made(null, 'POST', `/v1/customer-portal${path}`, body);
    const validated = await publicly('/license-keys/validate', named);
    const { license_key: activated } = await publicly('/license-keys/activate', { ...named, label: 'A laptop' });
    const inPublic = [validated.customer, activated.customer];
    for (const seen of inPublic) expect(seen).toMatchObject({ id: customer.id, email: customer.email, ...nothing });
    for (const seen of [...customers.slice(2), ...forOwner.slice(2), ...inPublic]) {
      expect(seen).toMatchObject({ metadata: {}, test_clock_id: null });
    }
    const byToken = await running.made(token, 'POST', '/v1/license-keys/validate', named);
    expect(byToken.customer).toMatchObject({ ...billing, metadata: { tier: 'internal' } });
  });

  it('everybody sees their own keys, and those who pay may look at another’s benefits', async () => {
    const team = await aTeam(running);
    const [grace, joan] = [
      await team.assigned({ email: anEmail('grace'), immediate_claim: true }),
      await team.assigned({ email: anEmail('joan'), immediate_claim: true }),
    ];
    await team.holders();
    const [asGrace, asJoan] = [await team.as(grace.member_id), await team.as(joan.member_id)];
    const keysOf = async (token: string) =>
      (await running.made(token, 'GET', '/v1/customer-portal/license-keys/')).items;
    const grantsOf = async (token: string, query = '') =>
      (await running.made(token, 'GET', `/v1/customer-portal/benefit-grants/${query}`)).items;
    const [[graces], [joans]] = [await keysOf(asGrace), await keysOf(asJoan)];
    expect(graces.id).not.toBe(joans.id);
    expect((await running.call(asGrace, 'GET', `/v1/customer-portal/license-keys/${joans.id}`)).status).toBe(404);
    expect(await keysOf(team.owner)).toEqual([]);
    expect(await grantsOf(team.owner)).toEqual([]);
    expect(await grantsOf(team.owner, `?member_id=${joan.member_id}`)).toMatchObject([{ member_id: joan.member_id }]);
    expect(await grantsOf(asGrace, `?member_id=${joan.member_id}`)).toEqual([]);
  });

  it('the owner and billing managers look after the team and its seats', async () => {
    const team = await aTeam(running);
    const portal = '/v1/customer-portal';
    const members = `${portal}/members`;
    const grace = await running.made(team.owner, 'POST', members, { email: anEmail('grace'), role: 'billing_manager' });
    const manager = await team.as(grace.id);
    const joan = await running.made(manager, 'POST', members, { email: anEmail('joan'), name: 'Joan' });
    expect((await running.made(manager, 'GET', members)).items).toHaveLength(3);
    expect((await running.call(manager, 'PATCH', `${members}/${grace.id}`, { role: 'member' })).status).toBe(422);
    expect((await running.call(manager, 'DELETE', `${members}/${grace.id}`)).status).toBe(422);
    expect((await running.call(manager, 'PATCH', `${members}/${grace.id}`, { role: 'owner' })).status).toBe(422);
    expect((await running.call(manager, 'PATCH', `${members}/${joan.id}`, { role: 'owner' })).status).toBe(403);
    expect((await running.call(manager, 'POST', members, { email: anEmail(), role: 'owner' })).status).toBe(422);

    const email = joan.email;
    const asked = { checkout_id: team.checkout.id, email, immediate_claim: true };
    const seat = await running.made(manager, 'POST', `${portal}/seats`, asked);
    expect(seat).toMatchObject({ status: 'pending', member_id: joan.id, subscription_id: team.subscription.id });
    await running.made(manager, 'POST', `${portal}/seats/${seat.id}/resend`);
    const listed = await running.made(manager, 'GET', `${portal}/seats?subscription_id=${team.subscription.id}`);
    expect(listed).toMatchObject({ available_seats: 2, seats: [{ id: seat.id }] });
    expect((await running.made(manager, 'DELETE', `${portal}/seats/${seat.id}`)).status).toBe('revoked');
    const others = await aTeam(running);
    expect((await running.call(others.owner, 'DELETE', `${portal}/seats/${seat.id}`)).status).toBe(404);
    expect((await running.call(others.owner, 'POST', `${portal}/seats`, { ...team.bought, email })).status).toBe(404);

    await running.made(team.owner, 'PATCH', `${members}/${joan.id}`, { role: 'owner' });
    const { items } = await running.made(manager, 'GET', members);
    const roles = items.map(({ role }: { role: string }) => role).sort();
    expect(roles).toEqual(['billing_manager', 'billing_manager', 'owner']);
    const ada = items.find(({ email }: { email: string }) => email === team.customer.email);
    await running.made(manager, 'DELETE', `${members}/${ada.id}`);
  });
});
