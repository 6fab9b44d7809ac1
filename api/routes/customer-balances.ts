/** What customers have to their credit, which their next orders use. */
import { z } from 'zod';
import type { CustomerId } from '../../billing/ids.ts';
import { written } from '../../billing/money.ts';
import { adjustBalance } from '../../db/balance-adjustments.ts';
import { balanceOf } from '../../db/balances.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { CustomerBalance } from '../../db/entities/customer-balance.ts';
import { nowOf } from '../../db/now.ts';
import { balanceAdjustmentView } from '../../db/views/wallet.ts';
import { BalanceAdjustment, BalanceAdjustmentCreate, CustomerBalances } from '../../schemas/customer-balance.ts';
import { conflict, invalid, notFound } from '../errors.ts';
import { route } from '../route.ts';

export const getCustomerBalances = route({
  method: 'get',
  path: '/v1/customers/{id}/balances',
  summary: 'Get a customer’s balances',
  description: 'One of each type in each currency in which something was credited.',
  tag: 'Customers',
  scopes: ['customers:read', 'customers:write'],
  params: z.object({ id: z.uuid() }),
  response: CustomerBalances,
  errors: [404],
  async handle({ params, organization, em }) {
    const customer = await em.findOne(Customer, { id: params.id as CustomerId, organization });
    if (customer === null) throw notFound();
    const rows = await em.find(
      CustomerBalance,
      { customer: customer.id },
      { orderBy: { currency: 'asc', type: 'asc' } },
    );
    return { items: rows.map(({ type, currency, amount }) => ({ type, currency, amount })) };
  },
});

export const adjustCustomerBalance = route({
  method: 'post',
  path: '/v1/customers/{id}/balances',
  summary: 'Give to a customer’s balance, or take from it',
  description:
    'Their next orders cost that much less; where it is of type `usage`, what is metered on them does. Nobody is told ' +
    'by e-mail.',
  tag: 'Customers',
  scopes: ['customers:write'],
  params: z.object({ id: z.uuid() }),
  body: BalanceAdjustmentCreate,
  response: BalanceAdjustment,
  status: 201,
  errors: [404, 409],
  async handle({ params, body, organization, em, request }) {
    return em.transactional(async (tx) => {
      const where = { id: params.id as CustomerId, organization, deletedAt: null };
      const customer = await tx.findOne(Customer, where, { populate: ['testClock'] });
      if (customer === null) throw notFound();
      const { type, currency, amount, reason, idempotency_key: key } = body;
      const at = nowOf(customer, request.at);
      const adjusted = await adjustBalance(tx, customer as CustomerRow, { type, currency, amount, reason, key }, at);
      switch (adjusted.kind) {
        case 'other':
          throw conflict('This idempotency key was used for something else.');
        case 'too_much':
          throw invalid(['body', 'amount'], `There is only ${written(adjusted.balance, currency)} to be taken.`);
        case 'made':
          return balanceAdjustmentView(adjusted.row, await balanceOf(tx, customer.id, currency, type));
      }
    });
  },
});

export const customerBalanceRoutes = [getCustomerBalances, adjustCustomerBalance];
