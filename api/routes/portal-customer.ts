/** The customer in their portal: who they are, their shop, their saved cards. */

import { z } from 'zod';
import type { PaymentMethodId } from '../../billing/ids.ts';
import { dropOwnCards, tryDefaultCard } from '../../db/cards.ts';
import { isChargedToCard } from '../../db/charged-to-card.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { CustomerSession } from '../../db/entities/customer-session.ts';
import { Member } from '../../db/entities/member.ts';
import { Organization } from '../../db/entities/organization.ts';
import { PaymentMethod } from '../../db/entities/payment-method.ts';
import { Product } from '../../db/entities/product.ts';
import { emit } from '../../db/events.ts';
import { lockRow } from '../../db/lock.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { retried } from '../../db/retried.ts';
import { hashToken } from '../../db/tokens.ts';
import { processorKeys } from '../../db/views/checkout.ts';
import { customerView } from '../../db/views/customer.ts';
import { portalOrganizationView } from '../../db/views/organization.ts';
import { portalCustomerView, portalPaymentMethodView } from '../../db/views/portal.ts';
import { PRODUCT_POPULATE, publicProductView } from '../../db/views/product.ts';
import { iso } from '../../db/views/stamps.ts';
import {
  CustomerCustomerSession,
  CustomerOrganizationData,
  CustomerPaymentMethod,
  CustomerPortalCustomer,
  CustomerPortalCustomerUpdate,
  PortalAuthenticatedUser,
} from '../../schemas/customer-portal.ts';
import { Pagination, page, paginated } from '../../schemas/pagination.ts';
import { addressFrom } from '../addresses.ts';
import { invalid, notFound, paymentMethodInUse } from '../errors.ts';
import { route } from '../route.ts';
import { taxIdAfter } from '../tax-ids.ts';

const tag = 'Customer portal';

export const getShop = route({
  method: 'get',
  path: '/v1/customer-portal/organizations/{slug}',
  summary: 'Get an organization and what it sells',
  tag,
  auth: 'public',
  params: z.object({ slug: z.string().min(1).max(64) }),
  response: CustomerOrganizationData,
  errors: [404],
  async handle({ params, em, environment }) {
    const organization = await em.findOne(Organization, { slug: params.slug });
    if (organization === null) throw notFound();
    const products = await em.find(
      Product,
      { organization: organization.id, isArchived: false, visibility: 'public' },
      { populate: PRODUCT_POPULATE, orderBy: { createdAt: 'asc', id: 'asc' }, limit: 200 },
    );
    return {
      organization: portalOrganizationView(organization),
      products: products.map(publicProductView),
      default_presentment_currency: organization.defaultPresentmentCurrency,
      payment_processor_metadata: processorKeys(environment),
    };
  },
});

export const getMe = route({
  method: 'get',
  path: '/v1/customer-portal/customers/me',
  summary: 'Get yourself',
  description: 'The customer for whom you act. Plain members of a team don’t see what is needed for billing alone.',
  tag,
  auth: 'customer',
  forMembers: true,
  response: CustomerPortalCustomer,
  async handle({ customer, person, em }) {
    return portalCustomerView(await em.findOneOrFail(Customer, customer.id), person);
  },
});

export const updateMe = route({
  method: 'patch',
  path: '/v1/customer-portal/customers/me',
  summary: 'Update yourself',
  description:
    'Name and address for invoices, and which saved card is charged. Unpaid renewals are tried with a card that is chosen.',
  tag,
  auth: 'customer',
  body: CustomerPortalCustomerUpdate,
  response: CustomerPortalCustomer,
  errors: [403, 409, 429],
  async handle({ body, customer, person, em, request }) {
    const changed = await em.transactional(async (tx) => {
      if (body.default_payment_method_id) await dropOwnCards(tx, customer.id);
      await lockRow(tx, Customer, customer.id);
      const row = (await tx.findOneOrFail(Customer, customer.id, { populate: ['testClock'] })) as CustomerRow;
      if (body.billing_name !== undefined) row.billingName = body.billing_name;
      row.taxId = taxIdAfter(body, row);
      if (body.billing_address !== undefined) {
        row.billingAddress = body.billing_address && addressFrom(body.billing_address, ['body', 'billing_address']);
      }
      if (body.default_payment_method_id) {
        const id = body.default_payment_method_id as PaymentMethodId;
        const method = await tx.findOne(PaymentMethod, { id, customer: customer.id, deletedAt: null });
        if (method === null) throw invalid(['body', 'default_payment_method_id'], 'This card is not one of yours.');
        row.defaultPaymentMethodId = id;
      }
      row.modifiedAt = nowOf(row, request.at);
      await tx.flush();
      const event = { organizationId: customer.organizationId, type: 'customer.updated' as const, at: row.modifiedAt };
      await emit(tx, { ...event, data: () => customerView(row) });
      if (body.default_payment_method_id) await tryDefaultCard(tx, customer.id);
      return row;
    });
    return portalCustomerView(changed, person);
  },
});

export const listMyPaymentMethods = route({
  method: 'get',
  path: '/v1/customer-portal/customers/me/payment-methods',
  summary: 'List payment methods',
  tag,
  auth: 'customer',
  query: Pagination,
  response: paginated(CustomerPaymentMethod),
  async handle({ query, customer, em }) {
    const [rows, total] = await em.findAndCount(
      PaymentMethod,
      { customer: customer.id, deletedAt: null },
      {
        populate: ['customer'],
        limit: query.limit,
        offset: (query.page - 1) * query.limit,
        orderBy: { createdAt: 'desc', id: 'asc' },
      },
    );
    return page(rows.map(portalPaymentMethodView), total, query);
  },
});

export const deleteMyPaymentMethod = route({
  method: 'delete',
  path: '/v1/customer-portal/customers/me/payment-methods/{id}',
  summary: 'Remove a payment method',
  description:
    'The card that subscriptions are charged to, also for what is used or after a change, can only be replaced.',
  tag,
  auth: 'customer',
  params: z.object({ id: z.uuid() }),
  response: z.void(),
  status: 204,
  errors: [400, 404],
  async handle({ params, customer, em, request }) {
    const remove = async (tx: EntityManager) => {
      const id = params.id as PaymentMethodId;
      await lockRow(tx, Customer, customer.id);
      const method = await tx.findOne(
        PaymentMethod,
        { id, customer: customer.id, deletedAt: null },
        { populate: ['customer'] },
      );
      if (method === null) throw notFound();
      const isDefault = method.customer.defaultPaymentMethodId === id;
      if (await isChargedToCard(tx, customer.id, { card: id, isDefault })) {
        throw paymentMethodInUse('What you have bought is charged to this card; make another one the default first.');
      }
      method.deletedAt = request.at;
      // What costs nothing may come to cost something.
      await dropOwnCards(tx, customer.id, id);
      if (isDefault) method.customer.defaultPaymentMethodId = null;
    };
    // A step of a subscription locks that first, and its customer then.
    await retried(() => em.fork().transactional(remove));
  },
});

export const introspectSession = route({
  method: 'get',
  path: '/v1/customer-portal/customer-session/introspect',
  summary: 'Get this session',
  tag,
  auth: 'customer',
  forMembers: true,
  response: CustomerCustomerSession,
  async handle({ em, request }) {
    const token = request.headers.authorization?.replace(/^Bearer +/i, '').trim() ?? '';
    const session = await em.findOneOrFail(CustomerSession, { tokenHash: hashToken(token) });
    return { expires_at: iso(session.expiresAt), return_url: session.returnUrl ?? null };
  },
});

export const getSessionUser = route({
  method: 'get',
  path: '/v1/customer-portal/customer-session/user',
  summary: 'Get who is signed in',
  tag,
  auth: 'customer',
  forMembers: true,
  response: PortalAuthenticatedUser,
  async handle({ customer, person, em }) {
    if (person.isMember && person.id !== null) {
      const { id, name, email, role } = await em.findOneOrFail(Member, person.id);
      return { type: 'member', name: name ?? null, email, customer_id: customer.id, member_id: id, role };
    }
    const row = await em.findOneOrFail(Customer, customer.id);
    return { type: 'customer', name: row.name ?? null, email: row.email, customer_id: row.id };
  },
});

export const portalCustomerRoutes = [
  getShop,
  getMe,
  updateMe,
  listMyPaymentMethods,
  deleteMyPaymentMethod,
  introspectSession,
  getSessionUser,
];
