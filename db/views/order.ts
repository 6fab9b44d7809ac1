// STUB
export const ORDER_POPULATE = ['customer', 'product', 'items'] as const;
export const orderView = (row: any) => ({ id: row.id, status: row.status });
