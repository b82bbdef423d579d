/** 5xxx: certificates and trust stores. */
export const certErrors = {};
