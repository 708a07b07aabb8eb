/** A phone system of a user's own, outside the package. */
exports.fromEnvironment = (environment, settings) => ({
  name: 'own',
  hooks: {},
  signatureHeader: 'x-signature',
  settings,
  secret: environment.OWN_SECRET,
});
