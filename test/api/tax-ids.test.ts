/** Tax ids, states and registrations as they are entered; addresses that are asked for; places by the buyer's network. */
import { type Running, startRunning } from './running.ts';
import { aTaxedShop, LONDON } from './taxing.ts';

let running: Running;
let shop: Awaited<ReturnType<typeof aTaxedShop>>;

beforeAll(async () => {
  running = await startRunning();
  shop = await aTaxedShop(running, ['EU', 'GB', 'US-CA']);
});
afterAll(() => running?.close());

const call = (method: string, path: string, body: unknown) => running.call(shop.token, method, path, body);
const PARIS = { country: 'FR', line1: '1 rue de l’Exemple', city: 'Paris', postal_code: '75001' };
const refusedAt = (loc: (string | number)[]) => ({ status: 422, body: { detail: [{ loc }] } });

describe('a customer', () => {
  it('has a tax id with its kind, checked in the country of the address', async () => {
    const { id, tax_id } = await shop.customer({ billing_address: PARIS, tax_id: '40 303 265 045' });
    expect(tax_id).toEqual(['FR40303265045', 'eu_vat']);
    const path = `/v1/customers/${id}`;
    expect(await call('PATCH', path, { tax_id: 'FR40303265046' })).toMatchObject(refusedAt(['body', 'tax_id']));
    expect((await call('PATCH', path, { name: 'Ada' })).body.tax_id).toEqual(['FR40303265045', 'eu_vat']);
    expect(await call('PATCH', path, { billing_address: LONDON })).toMatchObject(refusedAt(['body', 'tax_id']));
    const moved = await call('PATCH', path, { billing_address: LONDON, tax_id: '980780684' });
    expect(moved.body.tax_id).toEqual(['GB980780684', 'gb_vat']);
    expect((await call('PATCH', path, { tax_id: null })).body.tax_id).toBeNull();
  });

  it('needs an address for it', async () => {
    const body = { email: 'grace@example.com', tax_id: 'FR40303265045' };
    expect(await call('POST', '/v1/customers/', body)).toMatchObject(refusedAt(['body', 'billing_address', 'country']));
  });

  it('lives in a state that there is, written one way', async () => {
    const { id, billing_address } = await shop.customer({ billing_address: { country: 'US', state: 'ny' } });
    expect(billing_address).toMatchObject({ state: 'US-NY' });
    expect(
      await call('PATCH', `/v1/customers/${id}`, { billing_address: { country: 'CA', state: 'NY' } }),
    ).toMatchObject(refusedAt(['body', 'billing_address', 'state']));
  });

  it('changes it in the portal by the same rules', async () => {
    const { id } = await shop.customer({ billing_address: PARIS });
    const { token } = await shop.make('/v1/customer-sessions/', { customer_id: id });
    const me = (body: unknown) => running.call(token, 'PATCH', '/v1/customer-portal/customers/me', body);
    expect(await me({ tax_id: 'FR1' })).toMatchObject(refusedAt(['body', 'tax_id']));
    expect((await me({ tax_id: 'fr40303265045' })).body.tax_id).toEqual(['FR40303265045', 'eu_vat']);
  });
});

describe('a checkout', () => {
  const opened = async (body: Record<string, unknown> = {}) => {
    const { id } = await shop.product(1200);
    return shop.make('/v1/checkouts/', { products: [id], customer_email: 'ada@example.com', ...body });
  };

  it('takes a tax id for a business, and reverses the charge of one abroad', async () => {
    const { client_secret: secret } = await opened();
    expect(await shop.edit(secret, { customer_tax_id: 'FR40303265045' })).toMatchObject(
      refusedAt(['body', 'customer_billing_address', 'country']),
    );
    const address = { country: 'FR' };
    expect(
      await shop.edit(secret, { customer_tax_id: 'FR40303265046', customer_billing_address: address }),
    ).toMatchObject(refusedAt(['body', 'customer_tax_id']));
    const { body } = await shop.edit(secret, { customer_tax_id: '40303265045', customer_billing_address: address });
    expect(body).toMatchObject({
      ...{ customer_tax_id: 'FR40303265045', is_business_customer: true, tax_amount: 0 },
      billing_address_fields: {
        ...{ country: 'required', line1: 'required', city: 'required', postal_code: 'required' },
        ...{ state: 'disabled', line2: 'optional' },
      },
    });
    expect(await shop.edit(secret, { customer_billing_address: LONDON })).toMatchObject(
      refusedAt(['body', 'customer_tax_id']),
    );
    const missing = await shop.pay(secret);
    expect(missing.body.detail.map(({ loc }: { loc: string[] }) => loc.at(-1))).toEqual([
      ...['line1', 'city', 'postal_code'],
    ]);
    const named = { customer_billing_address: PARIS };
    expect(await shop.pay(secret, named)).toMatchObject(refusedAt(['body', 'customer_billing_name']));
    expect((await shop.pay(secret, { ...named, customer_billing_name: 'Ada SARL' })).status).toBe(200);
    const [order] = await shop.orders();
    expect(order).toMatchObject({
      tax_amount: 0,
      total_amount: 1200,
      customer: { tax_id: ['FR40303265045', 'eu_vat'] },
    });
  });

  it('forgets it with the business', async () => {
    const { client_secret: secret } = await opened({
      customer_billing_address: PARIS,
      customer_tax_id: 'FR40303265045',
    });
    const { body } = await shop.edit(secret, { is_business_customer: false });
    expect(body).toMatchObject({ customer_tax_id: null, is_business_customer: false, tax_amount: 200 });
  });

  it('takes over what is known of its customer', async () => {
    const customer = await shop.customer({ billing_address: PARIS, tax_id: 'FR40303265045' });
    const checkout = await opened({ customer_email: undefined, customer_id: customer.id });
    expect(checkout).toMatchObject({ customer_tax_id: 'FR40303265045', is_business_customer: true, tax_amount: 0 });
  });

  it('asks for state and postal code in the US and Canada, and refuses to be paid without', async () => {
    const { client_secret: secret } = await opened();
    const { body } = await shop.edit(secret, { customer_billing_address: { country: 'US' } });
    expect(body.billing_address_fields).toMatchObject({ state: 'required', postal_code: 'required', city: 'disabled' });
    const missing = await shop.pay(secret);
    expect(missing.body.detail.map(({ loc }: { loc: string[] }) => loc.at(-1))).toEqual(['state', 'postal_code']);
    const address = { country: 'US', state: 'CA', postal_code: '94107' };
    const placed = await shop.edit(secret, { customer_billing_address: address });
    expect(placed.body).toMatchObject({
      tax_amount: 87,
      total_amount: 1287,
      customer_billing_address: { state: 'US-CA' },
    });
    expect(await shop.edit(secret, { customer_billing_address: { country: 'US', state: 'ZZ' } })).toMatchObject(
      refusedAt(['body', 'customer_billing_address', 'state']),
    );
  });

  it('is in the currency of the place where its buyer’s network is, and taxed there', async () => {
    const prices = ['usd', 'gbp', 'eur'].map((price_currency) => ({
      ...{ amount_type: 'fixed', price_amount: 1200, price_currency },
    }));
    const { id } = await shop.make('/v1/products/', { name: 'Fern Icons', prices });
    const from = (customer_ip_address: string) => shop.make('/v1/checkouts/', { products: [id], customer_ip_address });
    expect(await from('81.2.69.142')).toMatchObject({ currency: 'gbp', tax_amount: 200, tax_behavior: 'inclusive' });
    expect(await from('193.99.144.80')).toMatchObject({ currency: 'eur', tax_amount: 192 });
    expect(await from('10.0.0.1')).toMatchObject({ currency: 'usd', tax_amount: null });
  });
});

describe('an organization', () => {
  it('says where it collects taxes', async () => {
    const path = `/v1/organizations/${shop.organization.id}`;
    const set = (tax_registrations: unknown) => call('PATCH', path, { tax_registrations });
    expect((await set(['us-ca', 'GB', 'EU', 'GB', 'CA', 'CA-QC'])).body.tax_registrations).toEqual([
      ...['CA', 'CA-QC', 'EU', 'GB', 'US-CA'],
    ]);
    for (const wrong of ['US', 'US-ZZ', 'DE-BY', 'ZZ']) {
      expect(await set(['GB', wrong])).toMatchObject(refusedAt(['body', 'tax_registrations', 1]));
    }
    expect(await set(['Germany'])).toMatchObject({ status: 422 });
    expect((await call('PATCH', path, { name: 'Fernwood' })).body.tax_registrations).toHaveLength(5);
  });
});
