// STUB
export const wantGrants = async (em: any, x: any) => {};
export const cycleGrants = async (em: any, x: any, at: any) => {};
