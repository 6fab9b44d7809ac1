// STUB
export const SUBSCRIPTION_POPULATE = ['customer', 'product', 'price'] as const;
export const subscriptionView = (row: any) => ({ id: row.id, status: row.status, customer: row.customer.email });
