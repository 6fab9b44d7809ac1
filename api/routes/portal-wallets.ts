/** What customers have to their credit, in their portal. */
import { z } from 'zod';
import { CustomerBalance, type CustomerBalanceRow } from '../../db/entities/customer-balance.ts';
import { walletView } from '../../db/views/wallet.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { CustomerWallet } from '../../schemas/wallet.ts';
import { notFound } from '../errors.ts';
import { route } from '../route.ts';

const tag = 'Customer portal';

export const listMyWallets = route({
  method: 'get',
  path: '/v1/customer-portal/wallets/',
  summary: 'List wallets',
  description: 'One of each type in each currency in which something was credited.',
  tag,
  auth: 'customer',
  query: Pagination.extend({
    sorting: sorting(['created_at', 'balance'], [{ property: 'created_at', direction: 'desc' }]),
  }),
  response: paginated(CustomerWallet),
  async handle({ query, customer, em }) {
    const columns = { created_at: 'createdAt', balance: 'amount' } as const;
    const [rows, total] = await em.findAndCount(
      CustomerBalance,
      { customer: customer.id },
      {
        limit: query.limit,
        offset: (query.page - 1) * query.limit,
        orderBy: [
          ...query.sorting.map(({ property, direction }) => ({ [columns[property]]: direction })),
          { currency: 'asc' },
          { type: 'asc' },
        ],
      },
    );
    return page(
      rows.map((row) => walletView(row as CustomerBalanceRow)),
      total,
      query,
    );
  },
});

export const getMyWallet = route({
  method: 'get',
  path: '/v1/customer-portal/wallets/{id}',
  summary: 'Get a wallet',
  tag,
  auth: 'customer',
  params: z.object({ id: z.uuid() }),
  response: CustomerWallet,
  errors: [404],
  async handle({ params, customer, em }) {
    const row = await em.findOne(CustomerBalance, { id: params.id, customer: customer.id });
    if (row === null) throw notFound();
    return walletView(row as CustomerBalanceRow);
  },
});

export const portalWalletRoutes = [listMyWallets, getMyWallet];
