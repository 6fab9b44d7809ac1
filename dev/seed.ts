/** The demo shop of a first `npm start`: products, benefits and a customer, made over HTTP like anybody's. */

export interface Installation {
  readonly api: string;
  readonly operatorToken: string;
}

export interface DemoShop {
  readonly organizationId: string;
  readonly slug: string;
  /** With every scope. */
  readonly token: string;
  readonly checkoutUrl: string;
  readonly portalUrl: string;
}

const SLUG = 'fernwood';

interface Named {
  readonly id: string;
}

/** Makes the shop; where a first attempt stopped half-way, a later one makes another shop with the next free name. */
export async function seedDemoShop({ api, operatorToken }: Installation): Promise<DemoShop> {
  const operator = caller(api, operatorToken);
  const organization = await freeOrganization(operator);
  const { token } = await operator<{ token: string }>('POST', '/v1/organization-access-tokens/', {
    organization_id: organization.id,
    comment: 'npm start',
    scopes: await everyScope(api),
  });
  const call = caller(api, token);
  const key = await call<Named>('POST', '/v1/benefits/', {
    type: 'license_keys',
    description: 'A license key',
    properties: { prefix: 'FERN', activations: { limit: 3, enable_customer_admin: true } },
  });
  const support = await call<Named>('POST', '/v1/benefits/', {
    type: 'custom',
    description: 'Answers within a day',
    properties: { note: 'Write to support@fernwood.example and name your order.' },
  });
  const monthly = { recurring_interval: 'month' };
  const use = await call<Named>('POST', '/v1/custom-fields/', {
    ...{ type: 'select', slug: 'use', name: 'What will you use it for?' },
    properties: {
      options: [
        { value: 'work', label: 'For work' },
        { value: 'own', label: 'For something of my own' },
      ],
    },
  });
  const pro = await product(call, [key, support], {
    ...{ name: 'Fern Pro', description: 'Everything, for one person.', ...monthly },
    prices: usd(2000),
    attached_custom_fields: [{ custom_field_id: use.id, required: false }],
  });
  const link = await call<{ url: string }>('POST', '/v1/checkout-links/', {
    ...{ products: [pro.id], label: 'On the website', metadata: { from: 'website' } },
  });
  await product(call, [key, support], {
    ...{ name: 'Fern Team', description: 'Everything, for as many as you are. Fourteen days free.', ...monthly },
    ...{ trial_interval: 'day', trial_interval_count: 14, prices: [BY_THE_SEAT] },
  });
  await product(call, [], { name: 'Fern Lite', description: 'To get to know it. Free.', ...monthly, prices: usd(0) });
  await product(call, [key], { name: 'Fern Icons', description: 'Bought once, yours for good.', prices: usd(3900) });
  const customer = await call<Named>('POST', '/v1/customers/', {
    email: 'demo-customer@example.com',
    name: 'Demo Customer',
  });
  const session = await call<{ customer_portal_url: string }>('POST', '/v1/customer-sessions/', {
    customer_id: customer.id,
  });
  return {
    organizationId: organization.id,
    slug: organization.slug,
    token,
    checkoutUrl: link.url,
    portalUrl: session.customer_portal_url,
  };
}

const BY_THE_SEAT = {
  amount_type: 'seat_based',
  price_currency: 'usd',
  seat_tiers: {
    seat_tier_type: 'graduated',
    tiers: [
      { min_seats: 1, max_seats: 10, price_per_seat: 1500 },
      { min_seats: 11, max_seats: null, price_per_seat: 1200 },
    ],
  },
};

const usd = (amount: number) => [
  amount === 0
    ? { amount_type: 'free', price_currency: 'usd' }
    : { amount_type: 'fixed', price_amount: amount, price_currency: 'usd' },
];

async function product(call: Call, benefits: readonly Named[], body: Record<string, unknown>): Promise<Named> {
  const made = await call<Named>('POST', '/v1/products/', body);
  await call('POST', `/v1/products/${made.id}/benefits`, { benefits: benefits.map(({ id }) => id) });
  return made;
}

/** What customers may do in the portal. */
const EVERYTHING_BY_THEMSELVES = {
  usage: { show: true },
  subscription: { update_seats: true, update_plan: true, pause: true },
  customer: { allow_email_change: true },
};

async function freeOrganization(operator: Call): Promise<Named & { readonly slug: string }> {
  for (let number = 1; ; number += 1) {
    const slug = number === 1 ? SLUG : `${SLUG}-${number}`;
    try {
      return await operator('POST', '/v1/organizations/', {
        ...{ name: 'Fernwood Tools', slug, country: 'US' },
        tax_registrations: ['EU', 'GB', 'US-CA'],
        customer_portal_settings: EVERYTHING_BY_THEMSELVES,
      });
    } catch (error) {
      if (!(error instanceof Refused && error.status === 422 && number < 100)) throw error;
    }
  }
}

/** As the API's own document lists them. */
async function everyScope(api: string): Promise<string[]> {
  const document = (await (await fetch(`${api}/openapi.json`)).json()) as {
    components: { schemas: { Scope: { enum: string[] } } };
  };
  return document.components.schemas.Scope.enum;
}

type Call = <T>(method: string, path: string, body?: unknown) => Promise<T>;

class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function caller(api: string, token: string): Call {
  return async (method, path, body) => {
    const response = await fetch(api + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Refused(response.status, `${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
}
