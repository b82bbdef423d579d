/** 4xxx: tunnel and relay. */
export const tunnelErrors = {};
