// STUB
export const writeEmail = async (em: any, x: any) => {};
