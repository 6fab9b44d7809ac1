// STUB
export const customerView = (row: any) => ({ id: row.id });
