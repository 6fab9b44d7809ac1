// STUB
export const startRelay = (x: any) => ({ stop: async () => {} });
