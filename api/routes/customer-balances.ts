/** What customers have to their credit, which their next orders use. */
import { z } from 'zod';
import type { CustomerId } from '../../billing/ids.ts';
import { Customer } from '../../db/entities/customer.ts';
import { CustomerBalance } from '../../db/entities/customer-balance.ts';
import { CustomerBalances } from '../../schemas/customer-balance.ts';
import { notFound } from '../errors.ts';
import { route } from '../route.ts';

export const getCustomerBalances = route({
  method: 'get',
  path: '/v1/customers/{id}/balances',
  summary: 'Get a customer’s balances',
  description: 'One in each currency in which something was credited.',
  tag: 'Customers',
  scopes: ['customers:read', 'customers:write'],
  params: z.object({ id: z.uuid() }),
  response: CustomerBalances,
  errors: [404],
  async handle({ params, organization, em }) {
    const customer = await em.findOne(Customer, { id: params.id as CustomerId, organization });
    if (customer === null) throw notFound();
    const rows = await em.find(CustomerBalance, { customer: customer.id }, { orderBy: { currency: 'asc' } });
    return { items: rows.map(({ currency, amount }) => ({ currency, amount })) };
  },
});

export const customerBalanceRoutes = [getCustomerBalances];
