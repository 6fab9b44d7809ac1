// STUB
export const loadCheckout = async (em: any, row: any) => row;
export const checkoutContext = (...a: any[]) => ({});
export const checkoutView = (row: any, c: any) => ({ id: row.id });
export const checkoutPublicView = (row: any, c: any) => ({ id: row.id });
export const checkoutConfirmedView = (row: any, c: any, t: any) => ({ id: row.id });
