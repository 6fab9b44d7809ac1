/** Merchants' own questions: written, attached to products, asked at the checkout, kept with orders and subscriptions. */
import { randomUUID } from 'node:crypto';
import { eventually } from './everything.ts';
import { type Reply, type Running, startRunning } from './running.ts';

let running: Running;
let token: string;
let stranger: string;

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
  stranger = (await running.aMerchant()).token;
});
afterAll(() => running.close());

const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
const aSlug = () => `field-${randomUUID().slice(0, 8)}`;
const aField = (more: object = {}) =>
  make('/v1/custom-fields/', { type: 'text', slug: aSlug(), name: 'A field', properties: {}, ...more });
const price = { amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' };
const asking = (...fields: readonly [field: { id: string }, required: boolean][]) => ({
  attached_custom_fields: fields.map(([{ id }, required]) => ({ custom_field_id: id, required })),
});
const aProduct = (more: object = {}) => make('/v1/products/', { name: 'Fern Icons', prices: [price], ...more });
const monthly = (more: object = {}) => aProduct({ recurring_interval: 'month', ...more });
const aCheckout = (products: readonly { id: string }[], more: object = {}) =>
  make('/v1/checkouts/', {
    products: products.map(({ id }) => id),
    customer_email: `ada-${randomUUID()}@example.com`,
    ...more,
  });
const asBuyer = ({ client_secret: secret }: { client_secret: string }) => ({
  enters: (body: object): Promise<Reply> => running.call(null, 'PATCH', `/v1/checkouts/client/${secret}`, body),
  async pays(body: object = {}): Promise<Reply> {
    const confirmation_token_id = await running.aCard();
    return running.call(null, 'POST', `/v1/checkouts/client/${secret}/confirm`, { confirmation_token_id, ...body });
  },
});
const refusedFields = ({ body }: Reply) =>
  body.detail.map(({ loc, msg }: { loc: string[]; msg: string }) => [loc.join('.'), msg]);

describe('a merchant', () => {
  it('writes one of each type, and gets it back as it was', async () => {
    const form = { form_label: 'Size', form_help_text: 'Of the shirt.', form_placeholder: 'L' };
    for (const [type, properties] of [
      ['text', { ...form, textarea: true, min_length: 1, max_length: 5 }],
      ['number', { ...form, ge: -5, le: 5 }],
      ['date', { ...form, ge: 1_700_000_000, le: 1_900_000_000 }],
      ['checkbox', form],
      ['select', { ...form, options: [{ value: 's', label: 'Small' }] }],
    ] as const) {
      const field = await aField({ type, properties, metadata: { a: 1 } });
      expect(field).toMatchObject({ type, properties, metadata: { a: 1 }, name: 'A field', modified_at: null });
      expect(await running.made(token, 'GET', `/v1/custom-fields/${field.id}`)).toEqual(field);
    }
  });

  it.each([
    [{ slug: 'Two words' }, 'slug'],
    [{ slug: '__proto__' }, 'slug'],
    [{ type: 'color' }, 'type'],
    [{ type: 'select', properties: { options: [] } }, 'options'],
    [{ properties: { min_length: 3, max_length: 2 } }, 'max_length'],
    [{ type: 'number', properties: { ge: 3, le: 2 } }, 'le'],
    [{ organization_id: randomUUID() }, 'organization_id'],
  ])('is refused %j', async (more, field) => {
    const body = { type: 'text', slug: aSlug(), name: 'A field', properties: {}, ...more };
    const reply = await running.call(token, 'POST', '/v1/custom-fields/', body);
    expect([reply.status, JSON.stringify(reply.body).includes(field)]).toEqual([422, true]);
  });

  it('has one field of a slug at a time; another merchant has their own', async () => {
    const { id, slug } = await aField();
    const again = { type: 'text', slug, name: 'Another', properties: {} };
    const refused = await running.call(token, 'POST', '/v1/custom-fields/', again);
    expect(refusedFields(refused)).toEqual([['body.slug', 'Another field has this slug.']]);
    expect((await running.call(stranger, 'POST', '/v1/custom-fields/', again)).status).toBe(201);
    await running.made(token, 'DELETE', `/v1/custom-fields/${id}`);
    expect((await running.call(token, 'POST', '/v1/custom-fields/', again)).status).toBe(201);
  });

  it('finds them by name, slug and type', async () => {
    const name = `Shirt ${randomUUID()}`;
    const [a, b] = [
      await aField({ name, slug: `z-${aSlug()}` }),
      await aField({ name, type: 'checkbox', slug: `a-${aSlug()}` }),
    ];
    const found = async (query: string) =>
      (await running.made(token, 'GET', `/v1/custom-fields/?${query}`)).items.map(({ id }: { id: string }) => id);
    const named = `query=${encodeURIComponent(name.toLowerCase())}`;
    expect(await found(named)).toEqual([b.id, a.id]);
    expect(await found(`${named}&sorting=-type`)).toEqual([a.id, b.id]);
    expect(await found(`${named}&type=checkbox`)).toEqual([b.id]);
    expect(await found(`query=${a.slug}`)).toEqual([a.id]);
  });

  it('changes all but the type', async () => {
    const { id } = await aField();
    const path = `/v1/custom-fields/${id}`;
    const changed = await running.made(token, 'PATCH', path, {
      type: 'text',
      name: 'New',
      properties: { textarea: true },
    });
    expect(changed).toMatchObject({ name: 'New', properties: { textarea: true } });
    expect(changed.modified_at).not.toBeNull();
    const refused = await running.call(token, 'PATCH', path, { type: 'checkbox', name: 'Box' });
    expect(refusedFields(refused)).toEqual([['body.type', 'The type of a field stays.']]);
  });
});

describe('a product', () => {
  it('asks for fields in order, and for others after a change', async () => {
    const [a, b, c] = [await aField(), await aField(), await aField()];
    const product = await monthly(asking([b, true], [a, false]));
    expect(product.attached_custom_fields).toEqual([
      { custom_field_id: b.id, custom_field: b, order: 0, required: true },
      { custom_field_id: a.id, custom_field: a, order: 1, required: false },
    ]);
    const path = `/v1/products/${product.id}`;
    expect(await running.made(token, 'GET', path)).toEqual(product);
    expect((await running.made(token, 'PATCH', path, { name: 'Renamed' })).attached_custom_fields).toHaveLength(2);
    const changed = await running.made(token, 'PATCH', path, asking([a, true], [c, false]));
    expect(changed.prices).toHaveLength(1);
    expect(
      changed.attached_custom_fields.map((each: { order: number; custom_field_id: string; required: boolean }) => [
        each.order,
        each.custom_field_id,
        each.required,
      ]),
    ).toEqual([
      [0, a.id, true],
      [1, c.id, false],
    ]);
    await running.made(token, 'DELETE', `/v1/custom-fields/${a.id}`);
    const left = await running.made(token, 'GET', path);
    expect(left.attached_custom_fields.map(({ custom_field_id: id }: { custom_field_id: string }) => id)).toEqual([
      c.id,
    ]);
    expect((await running.made(token, 'PATCH', path, { attached_custom_fields: [] })).attached_custom_fields).toEqual(
      [],
    );
  });

  it('has none of another merchant’s, none twice, none that is deleted', async () => {
    const field = await aField();
    const body = { name: 'Fern Icons', prices: [price] };
    const foreign = await running.call(stranger, 'POST', '/v1/products/', { ...body, ...asking([field, true]) });
    expect(foreign.status).toBe(422);
    const twice = await running.call(token, 'POST', '/v1/products/', {
      ...body,
      ...asking([field, true], [field, true]),
    });
    expect(refusedFields(twice)).toEqual([
      ['body.attached_custom_fields.1.custom_field_id', 'This custom field is there twice.'],
    ]);
    await running.made(token, 'DELETE', `/v1/custom-fields/${field.id}`);
    expect((await running.call(token, 'POST', '/v1/products/', { ...body, ...asking([field, true]) })).status).toBe(
      422,
    );
  });
});

describe('at the checkout', () => {
  it('what is entered must fit, and what is required be there when Pay is pressed', async () => {
    const size = await aField({ type: 'select', properties: { options: [{ value: 's', label: 'Small' }] } });
    const terms = await aField({ type: 'checkbox' });
    const note = await aField({ properties: { max_length: 3 } });
    const product = await aProduct(asking([size, true], [terms, true], [note, false]));
    const checkout = await aCheckout([product]);
    expect(checkout.attached_custom_fields).toEqual(product.attached_custom_fields);
    const buyer = asBuyer(checkout);

    const wrong = await buyer.enters({ custom_field_data: { [size.slug]: 'xl', [note.slug]: 'long' } });
    expect([wrong.status, ...refusedFields(wrong)]).toEqual([
      422,
      [`body.custom_field_data.${size.slug}`, 'Choose one of the options.'],
      [`body.custom_field_data.${note.slug}`, 'Enter at most 3 characters.'],
    ]);
    const some = await buyer.enters({ custom_field_data: { [size.slug]: 's', unknown: 'x' } });
    expect(some.body.custom_field_data).toEqual({ [size.slug]: 's' });

    const lacking = await buyer.pays();
    expect([lacking.status, ...refusedFields(lacking)]).toEqual([
      422,
      [`body.custom_field_data.${terms.slug}`, 'This must be ticked.'],
    ]);
    const paid = await buyer.pays({ custom_field_data: { [size.slug]: 's', [terms.slug]: 'true' } });
    expect(paid.status).toBe(200);
    const [order] = (await running.made(token, 'GET', `/v1/orders/?checkout_id=${checkout.id}`)).items;
    expect(order.custom_field_data).toEqual({ [size.slug]: 's', [terms.slug]: true });
  });

  it('merchants may fill in for their buyers, in what fits', async () => {
    const field = await aField({ type: 'number' });
    const product = await monthly(asking([field, true]));
    const refused = await running.call(token, 'POST', '/v1/checkouts/', {
      products: [product.id],
      custom_field_data: { [field.slug]: 'many' },
    });
    expect(refusedFields(refused)).toEqual([[`body.custom_field_data.${field.slug}`, 'Enter a whole number.']]);
    const checkout = await aCheckout([product], { custom_field_data: { [field.slug]: 5 } });
    expect((await asBuyer(checkout).pays()).status).toBe(200);
    const { subscription_id: id } = await running.made(token, 'GET', `/v1/checkouts/${checkout.id}`);
    const subscription = await running.made(token, 'GET', `/v1/subscriptions/${id}`);
    expect(subscription.custom_field_data).toEqual({ [field.slug]: 5 });
    expect(subscription.product.attached_custom_fields).toEqual(product.attached_custom_fields);
  });

  it('go with the subscription to its later orders; the buyer’s language goes to the customer', async () => {
    const field = await aField();
    const product = await monthly(asking([field, true]));
    const clock = await make('/v1/test-clocks/', { name: 'Two months', frozen_time: '2027-01-15T00:00:00Z' });
    const email = `ada-${randomUUID()}@example.com`;
    const customer = await make('/v1/customers/', { email, test_clock_id: clock.id });
    const body = { customer_id: customer.id, locale: 'fr-CA', custom_field_data: { [field.slug]: 'mine' } };
    const checkout = await make('/v1/checkouts/', { products: [product.id], ...body });
    expect((await asBuyer(checkout).pays()).status).toBe(200);
    await make(`/v1/test-clocks/${clock.id}/advance`, { frozen_time: '2027-02-20T00:00:00Z' });
    const orders = await eventually(async () => {
      const { items } = await running.made(token, 'GET', `/v1/orders/?customer_id=${customer.id}`);
      return items.length === 2 ? items : undefined;
    });
    for (const order of orders) expect(order.custom_field_data).toEqual({ [field.slug]: 'mine' });
    expect((await running.made(token, 'GET', `/v1/customers/${customer.id}`)).locale).toBe('fr-CA');
  });

  it('only the fields of the product that is bought count', async () => {
    const [a, b] = [await aField(), await aField()];
    const [first, second] = [await aProduct(asking([a, true])), await aProduct(asking([b, true]))];
    const checkout = await aCheckout([first, second]);
    const buyer = asBuyer(checkout);
    await buyer.enters({ custom_field_data: { [a.slug]: 'one', [b.slug]: 'two' } });
    const moved = await buyer.enters({ product_id: second.id });
    expect(moved.body.attached_custom_fields[0].custom_field_id).toBe(b.id);
    expect((await buyer.pays()).status).toBe(200);
    const [order] = (await running.made(token, 'GET', `/v1/orders/?checkout_id=${checkout.id}`)).items;
    expect(order.custom_field_data).toEqual({ [b.slug]: 'two' });
  });
});

it('a new slug takes what was entered along, everywhere', async () => {
  const field = await aField();
  const product = await monthly(asking([field, false]));
  const bought = await aCheckout([product], { custom_field_data: { [field.slug]: 'mine' } });
  await asBuyer(bought).pays();
  const slug = aSlug();
  await running.made(token, 'PATCH', `/v1/custom-fields/${field.id}`, { type: 'text', slug });
  const checkout = await running.made(token, 'GET', `/v1/checkouts/${bought.id}`);
  const subscription = await running.made(token, 'GET', `/v1/subscriptions/${checkout.subscription_id}`);
  const [order] = (await running.made(token, 'GET', `/v1/orders/?checkout_id=${bought.id}`)).items;
  for (const { custom_field_data: data } of [checkout, subscription, order]) expect(data).toEqual({ [slug]: 'mine' });
});
