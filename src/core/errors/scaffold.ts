/** 7xxx: writing a project. */
export const scaffoldErrors = {};
