/** 3xxx: the user's own app. */
export const appErrors = {};
