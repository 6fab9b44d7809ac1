// STUB
export const loadCustomerState = async (em: any, id: any) => ({ id });
